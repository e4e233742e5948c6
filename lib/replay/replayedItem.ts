import type { StoredEnvelope, StoredEvent } from '../history/storedEvent';

/** A replay of an event: the same event, and what says that it is a replay. */
export type ReplayedEnvelope = StoredEnvelope & {
	readonly replayof: string;
	readonly replayedat: string;
};

/**
 * The envelope of a replay. `id` and `source` stay, for it is the same event. `replayof` names the
 * execution that received it: a replay of a replay names the first.
 */
export function replayedEnvelope(
	{ event, executionId }: Pick<StoredEvent, 'event' | 'executionId'>,
	at: Date,
): ReplayedEnvelope {
	return { ...event, ...marks(event, executionId, at) };
}

/**
 * What a workflow gets: the envelope, or where n8n's own Webhook node brought the event in, the item
 * as that node made it, because the workflow reads it so.
 */
export function replayedItem(
	stored: Pick<StoredEvent, 'event' | 'executionId' | 'webhookItem'>,
	at: Date,
): Record<string, unknown> {
	const { event, executionId, webhookItem } = stored;
	return webhookItem === undefined
		? { ...replayedEnvelope(stored, at) }
		: { ...webhookItem, ...marks(event, executionId, at) };
}

function marks({ replayof }: StoredEnvelope, executionId: string, at: Date) {
	return { replayof: replayof ?? executionId, replayedat: at.toISOString() };
}
