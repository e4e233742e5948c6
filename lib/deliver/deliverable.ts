import { readTime } from '../event/time';

/** An event that can be delivered: CloudEvents 1.0 in its JSON format, extension attributes kept. */
export interface DeliverableEvent {
	readonly specversion: '1.0';
	readonly id: string;
	readonly source: string;
	readonly type: string;
	readonly subject?: string;
	/** RFC 3339. */
	readonly time: string;
	readonly datacontenttype?: string;
	readonly data?: unknown;
	readonly [attribute: string]: unknown;
}

/** What an item that is no complete event gets instead. */
export interface EventDefaults {
	/** Must be the same when the same item comes again, or the receiver cannot recognise a repeat. */
	readonly id: string;
	readonly source: string;
	readonly time: Date;
}

/** An item that is no event; the message says what is missing. */
export class UndeliverableError extends Error {
	override readonly name = 'UndeliverableError';
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the event of an item: an envelope of this package or any CloudEvents 1.0, one that is kept in
 * `event` (as histories do), or an object with `type` (or `event`) and `data` (or `payload`).
 *
 * @throws {UndeliverableError}
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function readDeliverable(item: unknown, defaults: EventDefaults): DeliverableEvent {
	if (!isFields(item)) throw new UndeliverableError('The item is not an object');
	if ('specversion' in item) return cloudEvent(item, defaults);
	if (isFields(item.event) && 'specversion' in item.event) return cloudEvent(item.event, defaults);
	return plainEvent(item, defaults);
}

function cloudEvent(item: Fields, defaults: EventDefaults): DeliverableEvent {
	const { specversion } = item;
	if (typeof specversion !== 'string' || !/^1\.0(\.\d+)?$/.test(specversion)) {
		throw new UndeliverableError(
			`The event's 'specversion' is ${JSON.stringify(specversion)}; only "1.0" can be delivered`,
		);
	}
	const { id, source, type } = item;
	if (!isText(id) || !isText(source) || !isText(type)) {
		const missing = ['id', 'source', 'type'].filter((name) => !isText(item[name]));
		throw new UndeliverableError(`The CloudEvent has no ${missing.map(quoted).join(' and no ')}`);
	}
	const time = isText(item.time) ? item.time : defaults.time.toISOString();
	const hasType = isText(item.datacontenttype) || !('data' in item);
	const contentType = hasType ? {} : { datacontenttype: 'application/json' };
	return { ...item, specversion: '1.0', id, source, type, time, ...contentType };
}

function plainEvent(item: Fields, defaults: EventDefaults): DeliverableEvent {
	const type = [item.type, item.event].find(isText);
	if (type === undefined) {
		throw new UndeliverableError(
			"The item has no 'type' (or 'event') that names the event, as a text",
		);
	}
	const name = ['data', 'payload'].find((candidate) => item[candidate] !== undefined);
	if (name === undefined) {
		throw new UndeliverableError(`The item of type "${type}" has no 'data' (or 'payload')`);
	}
	return {
		specversion: '1.0',
		id: isText(item.id) || typeof item.id === 'number' ? String(item.id) : defaults.id,
		source: isText(item.source) ? item.source : defaults.source,
		type,
		...(isText(item.subject) ? { subject: item.subject } : {}),
		time: (readTime(item.time ?? item.timestamp) ?? defaults.time).toISOString(),
		datacontenttype: 'application/json',
		data: item[name],
	};
}

function quoted(name: string): string {
	return `'${name}'`;
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}

function isFields(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
