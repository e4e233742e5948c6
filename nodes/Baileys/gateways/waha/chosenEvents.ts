import { WHATSAPP_EVENTS } from '../../../../lib/whatsapp/vocabulary';

/** Events that a webhook at WAHA asks for, in WAHA's names. */
export interface WahaEvents {
	readonly required: readonly string[];
	/** Newer names, which an older WAHA refuses. */
	readonly optional: readonly string[];
}

const ACKNOWLEDGEMENTS = ['message.ack'] as const;

/** Since 2025 acknowledgements of groups are an event of their own. */
const GROUP_ACKNOWLEDGEMENTS = 'message.ack.group';

type EventType = (typeof WHATSAPP_EVENTS)[number]['type'];

const NAMES: Readonly<Record<EventType, readonly string[]>> = {
	// What the session itself posts is told by `message.any` only.
	'whatsapp.channel.posted': ['message.any'],
	'whatsapp.message.deleted': ['message.revoked'],
	'whatsapp.message.delivered': ACKNOWLEDGEMENTS,
	'whatsapp.message.edited': ['message.edited'],
	'whatsapp.message.failed': ACKNOWLEDGEMENTS,
	'whatsapp.message.reaction': ['message.reaction'],
	'whatsapp.message.read': ACKNOWLEDGEMENTS,
	'whatsapp.message.received': ['message'],
	'whatsapp.message.sent': ['message.any'],
	'whatsapp.session.connected': ['session.status'],
	'whatsapp.session.connecting': ['session.status'],
	'whatsapp.session.disconnected': ['session.status'],
	'whatsapp.session.qr': ['session.status'],
	'whatsapp.status.posted': ['message.any'],
};

/**
 * What to ask WAHA for, so that it does not send what the node ignores. Types without a word of their
 * own and patterns need everything.
 *
 * @param chosen the parameter `events`
 */
export function wahaEventsFor(chosen: unknown): WahaEvents {
	const types = [chosen].flat().map(String);
	if (!types.every(isEventType)) return { required: ['*'], optional: [] };
	const names = new Set(types.flatMap((type) => NAMES[type]));
	// `message.any` tells received messages too: with both, each would come twice.
	if (names.has('message.any')) names.delete('message');
	return {
		required: [...names].sort(),
		optional: names.has('message.ack') ? [GROUP_ACKNOWLEDGEMENTS] : [],
	};
}

/** Whether a webhook that asks for these events gets what is wanted, and nothing else. */
export function asksFor(events: readonly string[], { required, optional }: WahaEvents): boolean {
	const wanted = new Set([...required, ...optional]);
	return (
		required.every((name) => events.includes(name)) && events.every((name) => wanted.has(name))
	);
}

function isEventType(text: string): text is EventType {
	return Object.hasOwn(NAMES, text);
}
