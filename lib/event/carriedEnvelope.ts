import type { ProviderEvent } from './envelope';

/** An event that came as the payload of another: everything that its envelope says. */
export type CarriedEvent = Omit<ProviderEvent, 'momentary'>;

/**
 * Reads a payload that is itself an envelope of this package (or any CloudEvents 1.0 JSON envelope):
 * it keeps its id, source, type, subject, time and data, whatever it travelled over, so that it is
 * still the same event at the other end.
 *
 * @param receivedAt the event's time where the envelope has none that can be read
 * @returns undefined where the payload is no envelope
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function carriedEnvelope(payload: unknown, receivedAt: Date): CarriedEvent | undefined {
	if (!isObject(payload) || payload.specversion !== '1.0') return undefined;
	const { id, source, type, subject, time, data } = payload;
	if (!isText(id) || !isText(source) || !isText(type)) return undefined;
	const content = isObject(data) ? data : data === undefined ? {} : { payload: data };
	return {
		id,
		source,
		type,
		...(isText(subject) ? { subject } : {}),
		time: instant(time) ?? receivedAt,
		dedupeKey: `${source}|${id}`,
		data: content,
		raw: 'raw' in content ? content.raw : payload,
	};
}

function instant(value: unknown): Date | undefined {
	const time = new Date(isText(value) ? value : Number.NaN);
	return Number.isNaN(time.getTime()) ? undefined : time;
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
