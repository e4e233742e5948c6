import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { isQueueMode } from '../../../lib/cluster/n8nRedis';
import { type ClaimStore, MemoryClaimStore } from '../../../lib/receive/claims';
import { HandledLog } from '../../../lib/receive/handledLog';
import { triggerScope } from '../cluster/n8nsRedis';
import { AwaitedRuns } from './awaitedRuns';
import { nodeCluster, type NodeCluster } from './nodeCluster';

/** Both phases of deduplication for one trigger node, and who waits for the end of its runs. */
interface NodeClaims {
	readonly claims: ClaimStore & { capacity: number };
	readonly handled: HandledLog;
	readonly runs: AwaitedRuns;
	/** Undefined: this process receives and runs everything. */
	readonly cluster: NodeCluster | undefined;
}

/** One n8n process has one of these; module state is what the requests of a process share. */
const byNode = new Map<string, NodeClaims>();

/**
 * The claims of the trigger node that a request or execution belongs to: in memory, and in queue mode
 * in n8n's own Redis as well.
 *
 * @param capacity stored keys at most; as before where it is not given
 * @throws what reading the settings of n8n's Redis throws
 */
export function claimsOf(
	context: IExecuteFunctions | IWebhookFunctions,
	capacity?: number,
): NodeClaims {
	const scope = triggerScope(String(context.getWorkflow().id), context.getNode().id);
	let found = byNode.get(scope);
	if (found === undefined) {
		const cluster = isQueueMode() ? nodeCluster(context, scope) : undefined;
		found = {
			claims: cluster?.claims ?? new MemoryClaimStore(0),
			handled: cluster?.handled ?? new HandledLog(),
			runs: new AwaitedRuns(),
			cluster,
		};
		byNode.set(scope, found);
	}
	if (capacity !== undefined) found.claims.capacity = capacity;
	return found;
}
