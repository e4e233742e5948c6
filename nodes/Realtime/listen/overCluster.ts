import type { ITriggerFunctions } from 'n8n-workflow';
import { ListeningTurn } from '../../../lib/cluster/listeningTurn';
import { isQueueMode, n8nKeyPrefix } from '../../../lib/cluster/n8nRedis';
import { NodeKeys } from '../../../lib/cluster/nodeKeys';
import { inWords } from '../../../lib/net/failure';
import type { RealtimeMessage } from '../../../lib/realtime/source';
import { n8nsRedis, triggerScope } from '../../shared/cluster/n8nsRedis';
import { tellRarely } from '../../shared/cluster/tellRarely';

/** Between two signs that this process listens, in milliseconds. */
const SIGN_EVERY_MS = 2_000;

/** Who says nothing for so long listens no more. */
const LEASE_MS = 3 * SIGN_EVERY_MS;

/** How n8n activates a workflow that was live before: nobody has turned it off. */
const AFTER_A_RESTART: ReadonlySet<string> = new Set(['init', 'leadershipChange']);

const PROBLEM = 'If n8n restarts now, it will not know how long nobody listened';

/**
 * What the main processes of an n8n in queue mode share of one listening node. One of them has the turn. Others, which
 * listen too where n8n is run so, leave to it what has no identity of its own; n8n itself knows copies of the rest.
 */
export class ListeningOverCluster {
	private readonly turn: ListeningTurn;

	private timer: NodeJS.Timeout | undefined;

	private isOwn = true;

	/** Whether something was left to the one that has the turn. */
	private hasLeft = false;

	/** When another one that is gone may have listened last, as this one began. */
	private beganAt = 0;

	private constructor(
		private readonly context: ITriggerFunctions,
		private readonly scope: string,
	) {
		const keys = new NodeKeys(n8nKeyPrefix(), scope);
		this.turn = new ListeningTurn(n8nsRedis(), keys, LEASE_MS);
	}

	/** Undefined where one process does everything, and in a test in the editor. */
	static of(context: ITriggerFunctions): ListeningOverCluster | undefined {
		if (!isQueueMode() || context.getMode() === 'manual') return undefined;
		const scope = triggerScope(String(context.getWorkflow().id), context.getNode().id);
		return new ListeningOverCluster(context, scope);
	}

	/**
	 * Takes the turn, before anything is connected.
	 *
	 * @returns when a process listened last that is gone; undefined where none did, one still does, or somebody had
	 * unpublished the workflow
	 */
	async begin(): Promise<Date | undefined> {
		const isRestart = AFTER_A_RESTART.has(this.context.getActivationMode());
		this.beganAt = isRestart ? Date.now() : 0;
		const since = await this.take();
		return isRestart ? since : undefined;
	}

	/** Whether an event is this process's to hand over. */
	takes({ dedupeKey }: RealtimeMessage): boolean {
		if (this.isOwn || dedupeKey !== undefined) return true;
		this.hasLeft = true;
		return false;
	}

	/**
	 * Says from time to time that this process listens, until it leaves.
	 *
	 * @param isConnected whether it does
	 * @param onGap told since when nobody has listened, where the one that had the turn is gone; and whether what was
	 * left to it may be lost
	 */
	keep(isConnected: () => boolean, onGap: (since: Date, isLost: boolean) => void): void {
		const sign = async () => {
			const since = await this.take();
			if (!this.isOwn || this.timer === undefined) return;
			const { hasLeft } = this;
			this.hasLeft = false;
			if (since === undefined) return;
			// One that was killed a moment ago has the turn until its lease ends.
			if (hasLeft || since.getTime() < this.beganAt) onGap(since, hasLeft);
		};
		this.timer = setInterval(() => {
			if (isConnected()) void sign();
		}, SIGN_EVERY_MS).unref();
	}

	/** Never rejects. */
	async leave(): Promise<void> {
		clearInterval(this.timer);
		this.timer = undefined;
		await this.turn.leave().catch(() => undefined);
	}

	/** Never rejects: where Redis is away, who had the turn keeps it. */
	private async take(): Promise<Date | undefined> {
		try {
			const { isOwn, awayMs } = await this.turn.take();
			this.isOwn = isOwn;
			return awayMs === undefined ? undefined : new Date(Date.now() - awayMs);
		} catch (error) {
			tellRarely(this.context, this.scope, 'listening', `${PROBLEM}: ${inWords(error)}.`);
			return undefined;
		}
	}
}
