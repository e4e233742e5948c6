import { createHash } from 'node:crypto';
import type { StoredEvent } from '../history/storedEvent';

/** A part of all events, for one of several runs that divide them among themselves. */
export interface Share {
	/** From 1 on. */
	readonly number: number;
	readonly of: number;
}

/** More runs than workers are of no use. */
const MOST_SHARES = 100;

/** @param text such as `2/3` @returns undefined where it is none */
export function readShare(text: string): Share | undefined {
	const found = /^\s*(\d{1,3})\s*\/\s*(\d{1,3})\s*$/.exec(text);
	const [number, of] = [Number(found?.[1]), Number(found?.[2])];
	return number >= 1 && number <= of && of <= MOST_SHARES ? { number, of } : undefined;
}

/**
 * Whether an event belongs to a share. Events about the same subject (a chat, an order) belong to the
 * same one, so that a run that replays one after the other keeps their order.
 */
export function isInShare({ event }: Pick<StoredEvent, 'event'>, share: Share): boolean {
	const about = JSON.stringify([event.source, event.subject ?? event.id]);
	const hash = createHash('sha256').update(about).digest().readUInt32BE();
	return hash % share.of === share.number - 1;
}

/** The events of a share, or all. */
export async function* eventsOfShare(
	events: AsyncIterable<StoredEvent>,
	share: Share | undefined,
): AsyncGenerator<StoredEvent, void, undefined> {
	for await (const stored of events) {
		if (share === undefined || isInShare(stored, share)) yield stored;
	}
}
