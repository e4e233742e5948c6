import { at, firstText, textOf } from './fields';

/**
 * Brings a WhatsApp address into the form that WhatsApp itself uses: `<digits>@s.whatsapp.net` for
 * people, `…@g.us` for groups, `…@lid` for people whose number is hidden. Digits alone and the
 * `@c.us` of whatsapp-web.js name a person. The device part (`:12`) is dropped.
 */
export function normalizeJid(address: string): string {
	const trimmed = address.trim();
	const digits = trimmed.replace(/^\+|[\s()-]/g, '');
	if (/^\d{5,20}$/.test(digits)) return `${digits}@s.whatsapp.net`;
	return trimmed.replace(/@c\.us$/, '@s.whatsapp.net').replace(/:\d+(?=@)/, '');
}

/** Whether the address is a group's. */
export function isGroupJid(jid: string): boolean {
	return jid.endsWith('@g.us');
}

/** Whether the address hides the phone number. */
export function isHiddenJid(jid: string): boolean {
	return jid.endsWith('@lid');
}

/** Whether what is posted there is a story, which WhatsApp calls a status. */
export function isStatusJid(jid: string): boolean {
	return jid === 'status@broadcast';
}

/** Whether the address is a channel's, which WhatsApp calls a newsletter inside. */
export function isChannelJid(jid: string): boolean {
	return jid.endsWith('@newsletter');
}

/**
 * An address as gateways write it, be it a text, digits, or the object `{user, server}` of
 * whatsapp-web.js, in the form of `normalizeJid`.
 *
 * @returns null where it is none
 */
export function addressOf(value: unknown): string | null {
	if (value === undefined || value === null) return null;
	const text = textOf(value) ?? fromParts(value);
	if (text === null || text.trim() === '') return null;
	const address = normalizeJid(text);
	// A number is somebody's only where it is long enough for a phone's.
	return typeof value === 'number' && !address.includes('@') ? null : address;
}

function fromParts(value: unknown): string | null {
	const user = firstText(value, 'user', 'User');
	const server = firstText(value, 'server', 'Server');
	if (user !== null && server !== null) return `${user}@${server}`;
	const inside = at(value, 'id', 'jid');
	return typeof inside === 'string' ? inside : null;
}
