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
