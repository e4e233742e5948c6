import { readObject } from '../../lib/receive/provider';
import { kometiaEvent, type KometiaEvent } from './schema';

/**
 * Reads the event of a body, be it posted or fetched. An object with an id inside `event` is the
 * event, since the id around it would be the delivery's; else the body itself is, where it has an
 * id; else an object with an id inside `data`.
 *
 * @throws {MalformedBodyError} where the body is no JSON object
 */
export function readEvent(body: unknown): KometiaEvent {
	const fields = readObject(body);
	if (hasId(field(fields, 'event'))) return kometiaEvent.parse(field(fields, 'event'));
	if (!hasId(fields) && hasId(field(fields, 'data'))) {
		return kometiaEvent.parse(field(fields, 'data'));
	}
	return kometiaEvent.parse(fields);
}

function hasId(value: unknown): boolean {
	return field(value, 'id') !== undefined;
}

function field(value: unknown, name: string): unknown {
	if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
	return (value as Record<string, unknown>)[name] ?? undefined;
}
