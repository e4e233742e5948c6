import { read } from '../../lib/receive/readSchema';
import { kometiaEvent, type KometiaEvent } from './schema';

/**
 * Reads the event of a body, be it posted or fetched. An object with an id inside `event` is the
 * event, since the id around it would be the delivery's; else the body itself is, where it has an
 * id; else an object with an id inside `data`.
 *
 * @throws {MalformedBodyError} where there is none, or its id is none
 */
export function readEvent(body: unknown): KometiaEvent {
	if (hasId(field(body, 'event'))) return read(kometiaEvent, field(body, 'event'), 'event');
	if (!hasId(body) && hasId(field(body, 'data'))) {
		return read(kometiaEvent, field(body, 'data'), 'data');
	}
	return read(kometiaEvent, body, '');
}

function hasId(value: unknown): boolean {
	return field(value, 'id') !== undefined;
}

function field(value: unknown, name: string): unknown {
	if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
	return (value as Record<string, unknown>)[name] ?? undefined;
}
