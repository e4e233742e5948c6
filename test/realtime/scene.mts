import type { WorkflowNode } from '../support/n8n.mts';

/** One realtime server with somebody on its other side, to run both nodes against. */
export interface RealtimeScene {
	/** Decrypted content by credential type, for both nodes. */
	readonly credentials: Readonly<Record<string, Record<string, string | number | boolean>>>;
	/** Credentials that each node needs, by type. */
	readonly triggerCredentials: readonly string[];
	readonly broadcastCredentials: readonly string[];
	/** All but `transport` and `events`. */
	readonly triggerParameters: WorkflowNode['parameters'];
	/** All but `transport`, `event` and `payload`. */
	readonly broadcastParameters: WorkflowNode['parameters'];
	/** Type of the events named `order.created`. */
	readonly type: string;
	/** Whether a trigger is subscribed; looked at again and again. */
	listening(): Promise<boolean> | boolean;
	/** Somebody else sends an event to the clients. */
	send(event: string, payload: object): Promise<void>;
	/** What the other client heard, in order: events named `echo`. */
	readonly heard: unknown[];
	/** Ends the server as a crash would, and starts it again on the same port. */
	restart(): Promise<void>;
	/** Credentials that the server refuses for good, and a part of its own words. */
	readonly refused: {
		readonly credentials: Readonly<Record<string, Record<string, string | number | boolean>>>;
		readonly words: RegExp;
	};
	/** What must never be shown. */
	readonly secrets: readonly string[];
	close(): Promise<void>;
}

/** A line of the suite. */
export interface RealtimeTransportScene {
	/** Value of 'Transport'. */
	readonly transport: string;
	readonly name: string;
	/** What has to be installed, where it is not; then the suite is skipped. */
	readonly missing?: string;
	open(): Promise<RealtimeScene>;
}
