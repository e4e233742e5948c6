import type { SendRequest } from '../arguments.mts';

/** The session, or instance, of the one who sends. */
export const SESSION = 'local_demo';

/** The number that the session is connected with, with country code. */
export const SHOP = '51900000000';

/** A picture of one pixel: no phone connects with it. */
export const QR_CODE =
	'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** The types of the common WhatsApp vocabulary. */
export const WHATSAPP_TYPES = [
	'whatsapp.channel.posted',
	'whatsapp.message.deleted',
	'whatsapp.message.delivered',
	'whatsapp.message.edited',
	'whatsapp.message.failed',
	'whatsapp.message.reaction',
	'whatsapp.message.read',
	'whatsapp.message.received',
	'whatsapp.message.sent',
	'whatsapp.session.connected',
	'whatsapp.session.connecting',
	'whatsapp.session.disconnected',
	'whatsapp.session.qr',
	'whatsapp.status.posted',
] as const;
export type WhatsAppType = (typeof WHATSAPP_TYPES)[number];

/** A gateway's name of an event with what it tells. */
export interface GatewayEvent {
	readonly event: string;
	readonly data: unknown;
}

/** How one gateway tells an event of each type. */
export type GatewayEvents = Readonly<Record<WhatsAppType, (request: SendRequest) => GatewayEvent>>;

/** The last part of a type, such as `read`. */
export function wordOf(type: string): string {
	return type.slice(type.lastIndexOf('.') + 1);
}

/** Unix time, in seconds. */
export function seconds(): number {
	return Math.floor(Date.now() / 1000);
}
