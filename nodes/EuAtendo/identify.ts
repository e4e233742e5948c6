import type { ProviderEvent } from '../../lib/event/envelope';
import type { Delivery } from '../../lib/receive/delivery';
import { read } from '../../lib/receive/readSchema';
import {
	baileysChangeEvent,
	baileysEvent,
	type BaileysOrigin,
} from '../../lib/whatsapp/baileysEvents';
import { readBaileysContent } from '../../lib/whatsapp/baileysMessage';
import { wireName } from './eventNames';
import { frame, wholeMessage } from './schema';
import { stateEvent } from './session';
import { statusUpdate } from './status';
import { withoutSecrets } from './withoutSecrets';

/** First part of every event's `source`. */
export const EVOLUTION = 'evolution';

type Reader = (origin: BaileysOrigin, data: unknown) => ProviderEvent | undefined;

/**
 * An edit as the servers tell it: the bare protocol message, a message with one inside, or a message
 * that holds the new content.
 */
const edited: Reader = (origin, data) => {
	const change = baileysChangeEvent(origin, data);
	const whole = change === undefined ? wholeMessage.safeParse(data).data : undefined;
	if (whole === undefined) return change;
	if (readBaileysContent(whole.message).change !== undefined) return baileysEvent(origin, data);
	return baileysChangeEvent(origin, { key: whole.key, editedMessage: whole.message });
};

/** Events about messages. `messages.set` is not among them: it is history, many at once. */
const READERS: Readonly<Record<string, Reader>> = {
	'messages.upsert': baileysEvent,
	'send.message': baileysEvent,
	'send.message.update': edited,
	'messages.edited': edited,
	'messages.update': statusUpdate,
	'messages.delete': statusUpdate,
};

/**
 * Turns a body of Evolution API into an event of the common WhatsApp vocabulary. What has no word,
 * and what does not look as it should, becomes `whatsapp.other.<event>` with all of it in `raw`: the
 * server never repeats what was refused as unreadable.
 *
 * @throws {MalformedBodyError} where the body has no event name
 */
export function identifyEvolution(body: unknown, delivery: Delivery): ProviderEvent {
	const { event, instance, sender, date_time: sentAt } = read(frame, body, '');
	const raw = withoutSecrets(body) as { readonly data?: unknown };
	const origin: BaileysOrigin = {
		gateway: EVOLUTION,
		session: instance || null,
		raw,
		rawBody: delivery.rawBody,
		receivedAt: delivery.receivedAt,
		own: sender ?? null,
		name: wireName(event),
	};
	const data = single(raw.data);
	return READERS[origin.name]?.(origin, data) ?? stateEvent(origin, data, Boolean(sentAt));
}

/** Some versions send a list. Several in one delivery stay together: one delivery is one event. */
function single(data: unknown): unknown {
	return Array.isArray(data) && data.length === 1 ? data[0] : data;
}
