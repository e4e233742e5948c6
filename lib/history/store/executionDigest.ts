import type { ExecutionHead } from './executionHead';
import type { Failure } from './failure';
import type { Gap, GapReason, StoredEvent } from '../storedEvent';

/** What is kept of an execution when its page is read; the execution itself is many times as large. */
export interface ExecutionDigest {
	readonly id: number;
	/** Undefined where n8n tells no more than the id. */
	readonly head?: ExecutionHead;
	/** Its events, or why nobody can know them; undefined where nobody looked for them. */
	readonly found?: StoredEvent[] | Gap;
	/** How it failed, where it is a retry: then it is the outcome of another execution. */
	readonly failure?: Failure;
	/** Length of its data in n8n's database, in bytes. */
	readonly storedBytes?: number;
	/** Why its data are not there. */
	readonly lost?: Extract<GapReason, 'unreadable' | 'too_large' | 'pruned'>;
}
