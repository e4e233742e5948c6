import { createHash } from 'node:crypto';
import {
	NodeOperationError,
	type IDataObject,
	type IRun,
	type ITriggerFunctions,
} from 'n8n-workflow';
import { createEnvelope } from '../../../lib/event/envelope';
import { MemoryClaimStore } from '../../../lib/receive/claims';
import type { EventSelector } from '../../../lib/realtime/receivedMessage';
import type { RealtimeMessage } from '../../../lib/realtime/source';
import { StoredCursor } from '../../../lib/realtime/storedCursor';

/** n8n's column for the key is this long. */
const LONGEST_KEY = 255;

/** Keys in memory, in front of n8n's own check, which lets copies within some 10 ms through. */
const REMEMBERED = 10_000;
const REMEMBERED_MS = 24 * 3_600_000;

/** What the node keeps between connections, restarts included. */
interface NodeState {
	cursor?: string;
}

/** Hands messages over to n8n, each event once, and keeps the cursor behind what is stored. */
export class EmitEvents {
	private readonly claims = new MemoryClaimStore(REMEMBERED);

	private readonly cursors: StoredCursor;

	private readonly scope: string;

	/**
	 * @param selects the parameter 'Events', read before anything is connected: n8n can evaluate no
	 * expression once `trigger()` has returned
	 */
	constructor(
		private readonly context: ITriggerFunctions,
		private readonly selects: EventSelector,
	) {
		this.scope = `${context.getWorkflow().id}:${context.getNode().id}:`;
		const { cursor } = this.state();
		this.cursors = new StoredCursor(cursor, (newest) => void (this.state().cursor = newest));
	}

	/** Where to go on, in a history that the server keeps. */
	get cursor(): string | undefined {
		return this.cursors.current;
	}

	/** A connection starts from the cursor: what was not stored comes again. */
	restart(): void {
		this.cursors.restart();
	}

	/**
	 * Hands one message over, unless it is a copy or of a type that the node does not want.
	 *
	 * @throws {NodeOperationError} where n8n does not take it; then the event counts as not stored, and
	 * a copy may come again
	 */
	emit(message: RealtimeMessage): void {
		const { event, dedupeKey, cursor } = message;
		const handed = this.cursors.handed(cursor);
		if (!this.selects(event.type)) return handed.stored();
		// What a workflow broadcasts may come back to it as an envelope, whose key is source and id.
		const claim = dedupeKey ?? `${event.source}|${event.id}`;
		if (!this.claims.storeIfNew(claim, REMEMBERED_MS)) return handed.stored();
		const failed = () => {
			handed.failed();
			this.claims.forget(claim);
		};
		try {
			const json = { ...createEnvelope(event, 'connection') } as unknown as IDataObject;
			const done = this.context.helpers.createDeferredPromise<IRun>();
			// It resolves when the execution has ended, or when n8n had the event already.
			done.promise.then(handed.stored, failed);
			this.context.emit([[{ json }]], undefined, done, this.keyOf(dedupeKey));
		} catch (error) {
			failed();
			const words = error instanceof Error ? error.message : String(error);
			throw new NodeOperationError(this.context.getNode(), words);
		}
	}

	private keyOf(dedupeKey: string | undefined): string | undefined {
		if (dedupeKey === undefined) return undefined;
		const key = this.scope + dedupeKey;
		if (key.length <= LONGEST_KEY) return key;
		return this.scope + createHash('sha256').update(dedupeKey).digest('hex');
	}

	private state(): NodeState {
		return this.context.getWorkflowStaticData('node') as NodeState;
	}
}
