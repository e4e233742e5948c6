import { createHash } from 'node:crypto';
import {
	carriedEnvelope,
	type DeliveredEvents,
	type ProviderEvent,
} from '../../lib/event/envelope';
import { listOf, valueAtPath } from '../../lib/event/json';
import { readTime } from '../../lib/event/time';
import type { Delivery } from '../../lib/receive/provider';
import { sentParts } from '../../lib/signature/sentSignatures';
import { signedDigest } from '../../lib/signature/signatureVerdict';
import { textAt, type PlaceSource, type ValuePlace } from '../../lib/signature/valuePlace';
import { isBinaryBody, type BinaryBody } from './parseBody';
import type { EventPlace, ListedEvent, SchemeVariant, WebhookScheme } from './webhookScheme';

/** What the user wants of the event beside the body. */
export interface EventOptions {
	/** Names of headers to keep, in lower case. */
	readonly keptHeaders: readonly string[];
	/** Whether a body that is a CloudEvents envelope becomes the event itself. */
	readonly unwrapCloudEvents: boolean;
}

/** Longer than any id or name that a provider gives; the rest would only be stored. */
const LONGEST_TEXT = 512;

/**
 * Turns a verified delivery into its event, or its events where the scheme puts several into one.
 *
 * @param body as `parseBody` or the scheme's own parser gave it
 */
export function identifySigned(
	scheme: WebhookScheme,
	variant: SchemeVariant,
	options: EventOptions,
	body: unknown,
	delivery: Delivery,
): ProviderEvent | DeliveredEvents {
	const parts = sentParts(delivery, variant.signature);
	const whole: PlaceSource = { delivery, parts, body: { value: body } };
	let known: string | undefined;
	const digest = () =>
		(known ??=
			(variant.event.digestOf === 'body' ? undefined : signedDigest(delivery, variant.signature)) ??
			sha256(delivery.rawBody));
	const list = listedEvents(scheme, body);
	// As it came, where it is no list: nothing verified is lost.
	if (list.length === 0) return eventOf(scheme, variant, options, { body, digest, source: whole });
	const [first, ...others] = list.map((listed, index) =>
		eventOf(scheme, variant, options, {
			...listed,
			// Without an id of its own an event is its place in the delivery.
			digest: () => `${digest()}.${index}`,
			source: { delivery, parts, body: { value: listed.body } },
			...(typeof scheme.each === 'string' ? { whole } : {}),
		}),
	);
	// One alone is known by its own id, whatever else a repeat of the delivery says.
	if (first !== undefined && others.length === 0) return first;
	return {
		dedupeKey: `${scheme.source}|${digest()}`,
		events: first === undefined ? [] : [first, ...others],
	};
}

function listedEvents({ each }: WebhookScheme, body: unknown): readonly ListedEvent[] {
	if (each === undefined) return [];
	if (typeof each === 'function') return each(body);
	return listOf(valueAtPath(body, each)).map((item) => ({ body: item }));
}

interface Told extends ListedEvent {
	/** Stands in where the provider gives no id; costs as much as a signature. */
	readonly digest: () => string;
	readonly source: PlaceSource;
	/** Of an event in a list: what the list is in, where the event does not hold all of it. */
	readonly whole?: PlaceSource;
}

function eventOf(
	{ name: schemeName, source: root, typePrefix = schemeName }: WebhookScheme,
	{ event: places }: SchemeVariant,
	{ keptHeaders, unwrapCloudEvents }: EventOptions,
	{ body, name, id: listedId, digest, source, whole }: Told,
): ProviderEvent {
	const { receivedAt, headers } = source.delivery;
	if (unwrapCloudEvents) {
		const carried = carriedEnvelope(body, receivedAt);
		if (carried !== undefined) return carried;
	}
	const textOf = (at: readonly EventPlace[]) =>
		firstText(at, source) ?? (whole && firstText(at, whole));
	const told = (at: readonly EventPlace[] = []) => {
		const text = textOf(at);
		return text === undefined ? undefined : shortened(text);
	};
	const namedId = listedId ?? textOf(places.id);
	const given = namedId === undefined ? undefined : idOf(namedId);
	const sentAt = timeOf(places.time, source, whole);
	const { repeatsWithinMs } = places;
	const isMomentary = repeatsWithinMs !== undefined && given === undefined && sentAt === undefined;
	const id = given ?? (isMomentary ? `${digest()}@${receivedAt.getTime()}` : digest());
	const account = told(places.account);
	const from = account === undefined ? root : `${root}/${encodeURI(account)}`;
	const type = `${typePrefix}.${name === undefined ? (told(places.name) ?? 'unknown') : shortened(name)}`;
	const subject = told(places.subject);
	const kept = keptHeaders.flatMap((name) => {
		const value = textAt(`header:${name}`, source);
		return value === undefined ? [] : [[name, value]];
	});
	const binary = isBinaryBody(body) ? body : undefined;
	const content = binary === undefined ? body : description(binary);
	return {
		id,
		source: from,
		type,
		...(subject === undefined ? {} : { subject }),
		time: sentAt ?? receivedAt,
		dedupeKey: places.knownBy === 'id' ? `${from}|${id}` : `${from}|${type}|${id}`,
		...(places.idIsSigned || isMomentary ? {} : { signedDigest: digest() }),
		...(isMomentary
			? { momentary: { key: `${root}|${digest()}`, windowMs: repeatsWithinMs } }
			: {}),
		data: {
			...(binary === undefined ? { body } : {}),
			...(places.bodyIsSigned === undefined ? {} : { bodyIsSigned: places.bodyIsSigned }),
			...(kept.length === 0 ? {} : { headers: Object.fromEntries(kept) }),
		} satisfies SignedEventData,
		raw: content,
		...(binary === undefined ? {} : { binary: binaryOf(binary, headers['content-disposition']) }),
	};
}

/** `data` of an event of any provider. */
export interface SignedEventData {
	/** As the provider sent it; not there where it is a file. */
	readonly body?: unknown;
	/** Only where the signature does not cover the body. */
	readonly bodyIsSigned?: boolean;
	/** Those that the option 'Headers to Keep' names. */
	readonly headers?: Readonly<Record<string, string>>;
}

function firstText(places: readonly EventPlace[], source: PlaceSource): string | undefined {
	for (const place of places) {
		const text = eventText(place, source);
		if (text !== undefined && text !== '') return text;
	}
	return undefined;
}

function eventText(place: EventPlace, source: PlaceSource): string | undefined {
	if (typeof place === 'function') return place(source);
	if (typeof place === 'string') return textAt(place, source);
	const texts = place.map((one) => textAt(one, source));
	return texts.filter((text) => text !== undefined && text !== '').join('.');
}

function timeOf(
	places: readonly ValuePlace[] = [],
	source: PlaceSource,
	whole: PlaceSource | undefined,
): Date | undefined {
	for (const place of places) {
		const time = readTime(textAt(place, source) ?? (whole && textAt(place, whole)));
		if (time !== undefined) return time;
	}
	return undefined;
}

/** An id that cannot stay as it is keeps what makes it another than those that look like it. */
function idOf(text: string): string {
	const clean = shortened(text);
	if (clean === text) return text;
	const digest = sha256(Buffer.from(text, 'utf16le'));
	return `${wellFormed(clean.slice(0, LONGEST_TEXT - digest.length - 1))}~${digest}`;
}

/** No control characters: the text ends up in logs and lists. */
function shortened(text: string): string {
	const clean = wellFormed(text.replace(/\p{Cc}+/gu, ' ').trim());
	if (clean.length <= LONGEST_TEXT) return clean;
	return clean.slice(0, LONGEST_TEXT).replace(/\p{Cs}$/u, '');
}

/** Half of a surrogate pair, which JSON may hold, can stand in no address. */
function wellFormed(text: string): string {
	return text.replace(/\p{Cs}/gu, '\uFFFD');
}

function sha256(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** What stands for bytes in the event: the bytes themselves are the item's file. */
function description({ bytes, mimeType }: BinaryBody) {
	return { mimeType, bytes: bytes.length, sha256: sha256(bytes) };
}

const FILE_NAME = /filename="?([^";]+)"?/i;

function binaryOf({ bytes, mimeType }: BinaryBody, disposition: string | undefined) {
	const fileName = FILE_NAME.exec(disposition ?? '')?.[1]?.trim();
	return { data: bytes, mimeType, ...(fileName === undefined ? {} : { fileName }) };
}
