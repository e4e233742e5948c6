import { createHash } from 'node:crypto';
import type { IDataObject, IRun, ITriggerFunctions } from 'n8n-workflow';
import { createEnvelope } from '../../../lib/event/envelope';
import { MemoryClaimStore } from '../../../lib/claim/memoryClaimStore';
import { selectsType } from '../../../lib/receive/selectsType';
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

	constructor(private readonly context: ITriggerFunctions) {
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

	/** Hands one message over, unless it is a copy or of a type that the node does not want. */
	emit({ event, dedupeKey, cursor }: RealtimeMessage): void {
		const handed = this.cursors.handed(cursor);
		// What a workflow broadcasts may come back to it as an envelope, whose key is source and id.
		const claim = dedupeKey ?? `${event.source}|${event.id}`;
		const wanted =
			selectsType(this.context.getNodeParameter('events', '*'), event.type) &&
			this.claims.storeIfNew(claim, REMEMBERED_MS);
		if (!wanted) return handed.stored();
		const json = { ...createEnvelope(event, 'connection') } as unknown as IDataObject;
		const done = this.context.helpers.createDeferredPromise<IRun>();
		// It resolves when the execution has ended, or when n8n had the event already.
		done.promise.then(handed.stored, () => {
			handed.failed();
			this.claims.forget(claim);
		});
		this.context.emit([[{ json }]], undefined, done, this.keyOf(dedupeKey));
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
