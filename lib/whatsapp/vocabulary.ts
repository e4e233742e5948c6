/**
 * The events of WhatsApp in the words of this package, the same for every gateway. The
 * choices in the editor and the types given to events derive from this one list.
 */
export const WHATSAPP_EVENTS = [
	{ type: 'whatsapp.channel.posted', name: 'Channel Post' },
	{ type: 'whatsapp.message.deleted', name: 'Message Deleted' },
	{ type: 'whatsapp.message.delivered', name: 'Message Delivered' },
	{ type: 'whatsapp.message.edited', name: 'Message Edited' },
	{ type: 'whatsapp.message.failed', name: 'Message Failed' },
	{ type: 'whatsapp.message.reaction', name: 'Message Reaction' },
	{ type: 'whatsapp.message.read', name: 'Message Read' },
	{ type: 'whatsapp.message.received', name: 'Message Received' },
	{ type: 'whatsapp.message.sent', name: 'Message Sent' },
	{ type: 'whatsapp.session.connected', name: 'Session Connected' },
	{ type: 'whatsapp.session.connecting', name: 'Session Connecting' },
	{ type: 'whatsapp.session.disconnected', name: 'Session Disconnected' },
	{ type: 'whatsapp.session.qr', name: 'Session QR Code' },
	{ type: 'whatsapp.status.posted', name: 'Status (Story) Posted' },
] as const;

const KNOWN_TYPES: ReadonlySet<string> = new Set(WHATSAPP_EVENTS.map(({ type }) => type));

/** Far longer than any gateway's. */
const LONGEST_NAME = 100;

/** The type for a gateway's own event name: a word of the vocabulary, or `whatsapp.other.<name>`. */
export function whatsAppTypeFor(gatewayName: string): string {
	const type = `whatsapp.${gatewayName}`;
	return KNOWN_TYPES.has(type) ? type : otherWhatsAppType(gatewayName);
}

/** The type of an event that has no word in the vocabulary yet; nothing is dropped for its name. */
export function otherWhatsAppType(gatewayName: string): string {
	const name = gatewayName
		.slice(0, LONGEST_NAME)
		.toLowerCase()
		.replace(/[^a-z0-9._-]+/g, '_');
	return `whatsapp.other.${name || 'unknown'}`;
}
