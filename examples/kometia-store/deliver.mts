import type { KometiaEvent } from './events.mts';

/** What came of a delivery. */
export interface Delivery {
	/** Null: nobody answered. */
	readonly status: number | null;
	/** Only a 2xx counts as received; Kometia would send anything else again, hourly for two days. */
	readonly received: boolean;
	/** What was answered, or why nothing was. */
	readonly body: string;
}

const TIME_LIMIT_MS = 60_000;

/** Posts an event to a webhook as Kometia does: as JSON, not signed. Never throws. */
export async function deliver(event: KometiaEvent, webhookUrl: string): Promise<Delivery> {
	try {
		const response = await fetch(webhookUrl, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(event),
			redirect: 'manual',
			signal: AbortSignal.timeout(TIME_LIMIT_MS),
		});
		const body = await response.text();
		return { status: response.status, received: response.ok, body };
	} catch (error) {
		const { cause } = error as Error;
		const reason = cause instanceof Error ? cause.message : String((error as Error).message);
		return { status: null, received: false, body: reason };
	}
}
