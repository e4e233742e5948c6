import { FrappeError } from './frappeError';

/** Channel of Redis that Frappe's realtime service listens to. */
export const FRAPPE_CHANNEL = 'events';

/** The site's clients that get an event. */
export type FrappeRoom =
	| { readonly kind: 'all' | 'website' }
	| { readonly kind: 'custom' | 'doctype' | 'task' | 'user'; readonly name: string }
	| { readonly kind: 'document'; readonly doctype: string; readonly name: string };

/**
 * Name of a room, as `frappe/realtime.py` makes it. `all` are the System Users of the site, `website`
 * is everybody who is connected.
 *
 * @throws {FrappeError} where a name is missing
 */
export function frappeRoom(room: FrappeRoom): string {
	switch (room.kind) {
		case 'all':
		case 'website':
			return room.kind;
		case 'custom':
			return named('Room Name', room.name);
		case 'doctype':
			return `doctype:${named('Doctype', room.name)}`;
		case 'document':
			return `doc:${named('Doctype', room.doctype)}/${named('Document', room.name)}`;
		case 'task':
			return `task_progress:${named('Task ID', room.name)}`;
		case 'user':
			return `user:${readUser(room.name)}`;
	}
}

/** An event for the clients of one site. */
export interface FrappeEvent {
	readonly event: string;
	/** JSON. */
	readonly payload: unknown;
	readonly site: string;
	readonly room: string;
}

/**
 * What `frappe.publish_realtime` publishes.
 *
 * @param older the form of Frappe 14 and before: no namespace, rooms that begin with the site
 * @see https://github.com/frappe/frappe/blob/develop/frappe/realtime.py
 */
export function frappeMessage({ event, payload, site, room }: FrappeEvent, older: boolean): string {
	return JSON.stringify(
		older
			? { event, message: payload, room: `${site}:${room}` }
			: { event, message: payload, room, namespace: site },
	);
}

/** `publish_realtime(user="*")` reaches nobody: it is a room like any other, and nobody joins it. */
function readUser(name: string): string {
	if (name.trim() !== '*') return named('User', name);
	throw new FrappeError(
		"'User' is *, and Frappe knows no such user",
		"Write one user's name, which is mostly an email address, or choose another 'Room': All Desk Users or Everybody.",
	);
}

function named(label: string, value: string): string {
	const name = value.trim();
	if (name !== '') return name;
	throw new FrappeError(`'${label}' is empty`, "Fill it in, or choose another 'Room'.");
}
