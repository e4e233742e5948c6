import type { ApiEvent } from './message';
import { MOST_CHANNELS, type ServerLimits } from './servers';

/** A part of a message that goes out in one piece. */
export interface Unit {
	/** Which message it is of. */
	readonly index: number;
	readonly event: ApiEvent;
	/** Bodies of its entries in a batch, one a channel; undefined where it goes alone. */
	readonly entries: readonly string[] | undefined;
	/** Bytes of the entries with their commas. */
	readonly bytes: number;
}

/** An event to more channels than this is smaller as one event than as entries of a batch. */
const MOST_BATCHED_CHANNELS = 3;

/** `{"batch":[]}` */
export const BATCH_FRAME_BYTES = 12;

/** What one message's events go out as. */
export function unitsOf(index: number, events: readonly ApiEvent[], limits: ServerLimits): Unit[] {
	return events.flatMap((event) => splitChannels(event)).map((event) => unit(index, event, limits));
}

function unit(index: number, event: ApiEvent, { batchEvents, batchBytes }: ServerLimits): Unit {
	const { channels } = event;
	if (channels.length > Math.min(MOST_BATCHED_CHANNELS, batchEvents) || batchEvents === 1) {
		return { index, event, entries: undefined, bytes: 0 };
	}
	const entries = channels.map((channel) => entryBody(event, channel));
	const bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(entry) + 1, 0);
	const fits = bytes + BATCH_FRAME_BYTES <= batchBytes;
	return fits ? { index, event, entries, bytes } : { index, event, entries: undefined, bytes: 0 };
}

function splitChannels(event: ApiEvent): ApiEvent[] {
	const { channels } = event;
	const parts: ApiEvent[] = [];
	for (let from = 0; from < channels.length; from += MOST_CHANNELS) {
		parts.push({ ...event, channels: channels.slice(from, from + MOST_CHANNELS) });
	}
	return parts;
}

/** The body of a request to `/events`. */
export function eventBody(event: ApiEvent): string {
	const { name, data, channels } = event;
	return JSON.stringify({ name, data, channels, ...common(event) });
}

function entryBody(event: ApiEvent, channel: string): string {
	const { name, data } = event;
	return JSON.stringify({ name, data, channel, ...common(event) });
}

function common({ socketId, counts }: ApiEvent): Record<string, string> {
	return {
		...(socketId === '' ? {} : { socket_id: socketId }),
		...(counts ? { info: 'subscription_count' } : {}),
	};
}
