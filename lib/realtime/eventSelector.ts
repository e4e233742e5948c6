import { matchesPattern, readPatterns, selectsType } from '../event/pattern';
import { RealtimeFailure } from '../net/failure';

/** Whether a type such as `pusher.order.created` is one that the user wants. */
export type EventSelector = (type: string) => boolean;

/** Where Laravel's events live, and what Laravel Echo puts in front of a name unless told otherwise. */
const NAMESPACE = 'App\\Events\\';

/**
 * Reads the parameter `events` of Realtime Trigger. Beside names of types, with or without their first
 * part, and `*` for any text, it takes names as they stand in a call of Laravel Echo's `listen`:
 * `.notification.created` is the name behind the dot as it is, so is `\App\Events\OrderShipped`, and
 * `OrderShipped` or `Orders.Shipped` are classes in `App\Events` too.
 *
 * @param events a list of names, or one text with commas or line breaks between them
 * @throws {RealtimeFailure} a permanent one where it names nothing
 * @see https://github.com/laravel/echo/blob/master/packages/laravel-echo/src/util/event-formatter.ts
 */
export function eventSelector(events: unknown): EventSelector {
	const patterns = isReadable(events) ? readPatterns(events) : [];
	if (patterns.length === 0) throw namesNothing(events);
	if (patterns.includes('*')) return () => true;
	const inEcho = [...new Set(patterns.flatMap(asInEcho))];
	return (type) => {
		if (selectsType(patterns, type)) return true;
		const name = type.slice(type.indexOf('.') + 1);
		return inEcho.some((pattern) => matchesPattern(pattern, name));
	};
}

/** The names on the wire that a name means in Echo, beside itself. */
function asInEcho(pattern: string): string[] {
	// In JavaScript and PHP a backslash is written twice.
	const name = pattern.replace(/\\{2,}/g, '\\');
	if (/^[.\\]/.test(name)) return [name.slice(1)];
	const path = name.replace(/\./g, '\\');
	return [name, path, NAMESPACE + path];
}

function isReadable(events: unknown): boolean {
	if (Array.isArray(events)) return events.every(isReadable);
	return typeof events === 'string' || typeof events === 'number';
}

function namesNothing(events: unknown): RealtimeFailure {
	const isEmpty =
		events === undefined ||
		events === null ||
		(Array.isArray(events) && events.length === 0) ||
		(isReadable(events) && readPatterns(events).length === 0);
	return new RealtimeFailure(
		isEmpty ? "'Events' is empty" : "'Events' is no text and no list of texts",
		{
			permanent: true,
			description:
				'Write * for every event, or names such as order.*, notification.created. If it is an expression, look at what it gives.',
		},
	);
}
