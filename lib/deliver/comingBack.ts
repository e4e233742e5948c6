/** Any JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** A delivery that left by Retry Later and comes back after its wait. */
export interface ComingBack {
	readonly webhookId: string;
	readonly subscriberId: string;
	/** Attempts that were made. */
	readonly attempt: number;
	readonly firstAttemptAt?: string;
	/** The event as it left. */
	readonly event: Fields;
	/** What the event's item was, where it is sent as it came in. */
	readonly item?: Fields;
}

/**
 * Recognises an item of the output Retry Later.
 *
 * @returns undefined for any other item, such as an event
 */
export function readComingBack(json: Fields): ComingBack | undefined {
	const { outcome, webhookId, subscriberId, attempt, firstAttemptAt, event, item } = json;
	if (outcome !== 'retryLater' || !isRecord(event)) return undefined;
	if (typeof webhookId !== 'string' || typeof subscriberId !== 'string') return undefined;
	if (typeof attempt !== 'number' || !Number.isInteger(attempt) || attempt < 0) return undefined;
	return {
		webhookId,
		subscriberId,
		attempt,
		...(typeof firstAttemptAt === 'string' ? { firstAttemptAt } : {}),
		event,
		...(isRecord(item) ? { item } : {}),
	};
}

/**
 * The event of an item: under `event` where Event History, or this package's notifier, put it, else
 * the item itself.
 */
export function eventOfItem(json: Fields): Fields {
	const { event } = json;
	return isRecord(event) && typeof event.type === 'string' && !('type' in json) ? event : json;
}

export function isRecord(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
