import type { ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';
import { isQueueMode, n8nKeyPrefix } from '../../../lib/cluster/n8nRedis';
import { NodeKeys } from '../../../lib/cluster/nodeKeys';
import { SharedRefusals, type SharedCounts } from '../../../lib/cluster/sharedRefusals';
import { inWords } from '../../../lib/net/failure';
import type { RefusalReports } from '../../../lib/receive/refusals';
import { n8nsRedis, triggerScope } from '../cluster/n8nsRedis';
import { tellRarely } from '../cluster/tellRarely';

/** Between two hand-overs of a process: a forgery itself costs no question to Redis. */
const HAND_OVER_EVERY_MS = 2_000;

/** Between two looks of the one who tells. */
const LOOK_EVERY_MS = 2_000;

type Context = ITriggerFunctions | IWebhookFunctions;

/** What one trigger node turned away, in all processes of an n8n in queue mode. */
export class RefusedOverCluster {
	private readonly shared: SharedRefusals;

	private timer: NodeJS.Timeout | undefined;

	private isAlone = false;

	constructor(private readonly scope: string) {
		this.shared = new SharedRefusals(n8nsRedis(), new NodeKeys(n8nKeyPrefix(), scope));
	}

	/**
	 * Hands over in a moment what this process has counted.
	 *
	 * @returns whether it is told by another process; false while Redis is away
	 */
	handOver(
		context: Context,
		counted: RefusalReports,
		about: { readonly provider: string; readonly intervalMs: number },
	): boolean {
		this.timer ??= setTimeout(() => {
			void this.send(context, counted, about);
		}, HAND_OVER_EVERY_MS).unref();
		return !this.isAlone;
	}

	/** Tells from time to time what all processes have counted, until it is closed. */
	tellEach(context: Context, tell: (counts: SharedCounts) => void): () => void {
		let isLooking = false;
		const look = async () => {
			if (isLooking) return;
			isLooking = true;
			try {
				const found = await this.shared.take();
				if (found !== undefined) tell(found);
			} catch (error) {
				this.warn(context, 'Deliveries that other processes refused could not be read', error);
			} finally {
				isLooking = false;
			}
		};
		const looking = setInterval(() => void look(), LOOK_EVERY_MS);
		looking.unref();
		return () => clearInterval(looking);
	}

	/** Never rejects. */
	private async send(
		context: Context,
		counted: RefusalReports,
		about: { readonly provider: string; readonly intervalMs: number },
	): Promise<void> {
		// What is counted while this is under way is handed over next time.
		this.timer = undefined;
		const counts = counted.takeCounts();
		try {
			await this.shared.add(counts, about.provider, about.intervalMs);
			this.isAlone = false;
		} catch (error) {
			counted.add(counts);
			this.isAlone = true;
			this.warn(context, 'Refused deliveries are counted within this process only', error);
			this.handOver(context, counted, about);
		}
	}

	private warn(context: Context, what: string, error: unknown): void {
		tellRarely(context, this.scope, what, `${what}: ${inWords(error)}.`);
	}
}

/** Undefined where one process receives everything. */
export function refusedOverCluster(context: Context): RefusedOverCluster | undefined {
	if (!isQueueMode()) return undefined;
	return new RefusedOverCluster(
		triggerScope(String(context.getWorkflow().id), context.getNode().id),
	);
}
