import type { AddressGuard } from '../net/guard/addressGuard';
import {
	hiddenForms,
	type Redact,
	redactorOf,
	secretHeaders,
	SHORTEST_SECRET,
} from '../net/redact';
import { InvalidSigningKeyError } from '../standardWebhooks/secret';
import {
	readSigningKeys,
	type DeliverySigner,
	type SigningKey,
	signDelivery,
} from '../standardWebhooks/sign';
import { InvalidSecretError, SECRET_PREFIX } from '../standardWebhooks/verify';
import { type Subscriber, invalidHeaderName, sendableHeaders } from '../subscriber/subscriber';
import { contentTypeFor } from './deliverable';
import type { Delivery, UndeliveredReason } from './delivery';
import { verdictOfRefusal, type Verdict } from './verdict';

/** Nothing can be sent, for this reason. */
type Refused = Verdict & { readonly reason: UndeliveredReason };

/**
 * Hides in answers what of the subscriber is secret. Most say no more than `ok`: how its secrets may be
 * written is found out for the first one that could hold any.
 */
export class AnswerRedaction {
	private known: { readonly redact: Redact; readonly longest: number } | undefined;

	constructor(private readonly secrets: readonly string[]) {}

	/** Bytes of the longest secret. */
	get longestSecret(): number {
		return this.forms().longest;
	}

	redact(text: string): string {
		return text.length < SHORTEST_SECRET ? text : this.forms().redact(text);
	}

	private forms() {
		if (this.known !== undefined) return this.known;
		const forms = hiddenForms(this.secrets);
		const longest = Math.max(0, ...forms.map((form) => Buffer.byteLength(form)));
		this.known = { redact: redactorOf(forms), longest };
		return this.known;
	}
}

/** Where a subscriber's deliveries go and how they are signed, read once for all of them. */
export interface DeliveryTarget {
	/** `http(s)://host[:port]` */
	readonly origin: string;
	/** With its query, encoded. */
	readonly path: string;
	/** Those that are the same for every delivery: name, value, name, value. */
	readonly headers: readonly string[];
	readonly signer: DeliverySigner;
	readonly redaction: AnswerRedaction;
}

const OWN_HEADERS: Readonly<Record<string, string>> = {
	'user-agent': 'n8n-nodes-realtime-webhooks',
	accept: '*/*',
};

/** What is kept of an answer is text as it came, and no small answer may unpack to a large one. */
const FIXED_HEADERS = ['accept-encoding', 'identity'];

/**
 * Reads a subscriber. One that cannot be delivered to is a verdict: a table that was edited by hand
 * must not stop the others.
 *
 * @param extraKeys sign beside the subscriber's own
 */
export function readTarget(
	subscriber: Subscriber,
	guard: Pick<AddressGuard, 'judge'>,
	extraKeys: readonly SigningKey[],
): DeliveryTarget | Verdict {
	if (!URL.canParse(subscriber.url)) {
		return invalid(`The URL of subscriber ${subscriber.id} is not valid. Correct its 'url'.`);
	}
	const url = new URL(subscriber.url);
	const refusal = guard.judge(url);
	if (refusal !== undefined) return verdictOfRefusal(refusal);
	const wrong = invalidHeaderName(subscriber.headers);
	if (wrong !== undefined) {
		return invalid(
			`HTTP does not allow the header ${JSON.stringify(wrong)} of subscriber ${subscriber.id}, or its value. Correct its 'headers'.`,
		);
	}
	const signer = readSigner(subscriber, extraKeys);
	if ('reason' in signer) return signer;
	return {
		origin: url.origin,
		path: url.pathname + url.search,
		headers: headersOf(subscriber.headers),
		signer,
		redaction: redactionOf(subscriber),
	};
}

function headersOf(own: Subscriber['headers']): string[] {
	const named = new Set(Object.keys(own).map((name) => name.toLowerCase()));
	const defaults = Object.entries(OWN_HEADERS).filter(([name]) => !named.has(name));
	return [...defaults.flat(), ...FIXED_HEADERS, ...sendableHeaders(own)];
}

function readSigner(
	{ id, secret, previousSecret }: Subscriber,
	extraKeys: readonly SigningKey[],
): DeliverySigner | Refused {
	try {
		const own = secret === undefined ? [] : readSigningKeys(secret);
		const current = [...own, ...extraKeys];
		if (previousSecret === undefined) return { current };
		const { until } = previousSecret;
		return { current, previous: { keys: readSigningKeys(previousSecret.secret), until } };
	} catch (error) {
		return unreadableSecret(id, error);
	}
}

/** @throws what is no fault of the secret */
function unreadableSecret(id: string, error: unknown): Refused {
	if (!(error instanceof InvalidSecretError || error instanceof InvalidSigningKeyError))
		throw error;
	return invalid(
		`A secret of the subscriber ${id} ${error.message}. Give it a new one with 'Rotate Secret'.`,
	);
}

function redactionOf({ secret, previousSecret, headers }: Subscriber): AnswerRedaction {
	const signing = [secret, previousSecret?.secret].filter((value) => value !== undefined);
	return new AnswerRedaction([
		...signing,
		...signing.map((value) => value.replace(SECRET_PREFIX, '')),
		...secretHeaders(headers),
	]);
}

/** Does not speak against the host: nobody asked it. */
function invalid(message: string): Refused {
	return {
		delivered: false,
		reason: 'subscriber_invalid',
		message,
		retry: 'bySchedule',
		slowsDown: false,
		blamesHost: false,
	};
}

/** The headers of one attempt: name, value, name, value. */
export function requestHeaders(
	{ webhookId, body, subscriber }: Delivery,
	{ headers, signer }: DeliveryTarget,
	content: Buffer,
	at: Date,
): string[] {
	const signed = signDelivery(webhookId, at, content, signer);
	const signature = signed['webhook-signature'];
	const all = [...headers, 'content-type', contentTypeFor(body, subscriber)];
	all.push('webhook-id', webhookId, 'webhook-timestamp', signed['webhook-timestamp']);
	if (signature !== undefined) all.push('webhook-signature', signature);
	return all;
}
