import type { ProviderEvent } from '../../lib/event/envelope';
import { type Delivery, readObject } from '../../lib/receive/provider';
import {
	baileysChangeEvent,
	baileysEditEvent,
	baileysEvent,
	type BaileysOrigin,
} from '../../lib/whatsapp/baileysEvents';
import { readBaileysKey } from '../../lib/whatsapp/baileysKey';
import { readBaileysContent } from '../../lib/whatsapp/baileysMessage';
import { at, eventName, firstText, textOf } from '../../lib/whatsapp/fields';
import { addressOf } from '../../lib/whatsapp/jid';
import { wireName } from './scope';
import { stateEvent, messageUpdate } from './sessionEvents';

/** First part of every event's `source`. */
export const EVOLUTION = 'evolution';

/** @returns undefined where the data do not hold what the event's name says */
type Reader = (origin: BaileysOrigin, data: unknown) => ProviderEvent | undefined;

/**
 * An edit as the servers tell it: the bare protocol message, a message with one inside, or a message
 * that holds the new content.
 */
const edited: Reader = (origin, data) => {
	// What the server sent itself is told from our own side.
	const isOurs = origin.name === 'send.message.update';
	const change = baileysChangeEvent(isOurs ? { ...origin, own: [] } : origin, data);
	if (change !== undefined) return change;
	const message = at(data, 'message');
	const key = readBaileysKey(at(data, 'key'));
	if (message === undefined || key === undefined) return undefined;
	return readBaileysContent(message).change === undefined
		? baileysEditEvent(origin, key, message)
		: baileysEvent(origin, data);
};

/**
 * Events about messages. `messages.set` and `messaging-history.set` are not among them: these are
 * history, many at once.
 */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
	['messages.upsert', baileysEvent],
	['send.message', baileysEvent],
	['send.message.update', edited],
	['messages.edited', edited],
	['messages.update', messageUpdate],
	['messages.delete', messageUpdate],
]);

/**
 * Turns a body of Evolution API into an event of the common WhatsApp vocabulary. What has no word,
 * and what does not look as it should, becomes `whatsapp.other.<event>` with all of it in `raw`: the
 * server never repeats what was refused as unreadable.
 *
 * @throws {MalformedBodyError} where the body is no JSON object
 */
export function identifyEvolution(body: unknown, delivery: Delivery): ProviderEvent {
	const frame = readObject(body);
	const raw = withoutSecrets(body) as { readonly data?: unknown };
	const sender = addressOf(at(frame, 'sender'));
	const origin: BaileysOrigin = {
		gateway: EVOLUTION,
		session: firstText(frame, 'instance', 'instance.instanceName', 'instance.name'),
		raw,
		rawBody: delivery.rawBody,
		receivedAt: delivery.receivedAt,
		// The number that the instance is connected with.
		own: sender === null ? [] : [sender],
		name: wireName(eventName(at(frame, 'event'))),
	};
	const data = single(raw.data);
	// `date_time` is local time that claims to be UTC, so it is never a time; but no two are the same.
	const isUnique = Boolean(textOf(at(frame, 'date_time')));
	return READERS.get(origin.name)?.(origin, data) ?? stateEvent(origin, data, isUnique);
}

/** Some versions send a list. Several in one delivery stay together: one delivery is one event. */
function single(data: unknown): unknown {
	return Array.isArray(data) && data.length === 1 ? data[0] : data;
}

/** Fields that hold a key to the server: `apikey` in every body, `jwt_key` where settings are told. */
const SECRET_FIELDS = new Set(['apikey', 'jwtkey']);

/** WhatsApp's own messages nest about twenty levels deep. */
const DEEPEST = 64;

/**
 * A copy of a body without the fields that hold secrets, however they are written (`apiKey`,
 * `API_KEY`) and wherever they stand.
 *
 * @param value a value that came from JSON; what is nested deeper than 64 levels becomes null
 */
export function withoutSecrets(value: unknown, depth = 0): unknown {
	if (typeof value !== 'object' || value === null) return value;
	if (depth >= DEEPEST) return null;
	if (Array.isArray(value)) return value.map((entry) => withoutSecrets(entry, depth + 1));
	return Object.fromEntries(
		Object.entries(value)
			.filter(([name]) => !SECRET_FIELDS.has(name.toLowerCase().replace(/[^a-z]/g, '')))
			.map(([name, entry]) => [name, withoutSecrets(entry, depth + 1)]),
	);
}
