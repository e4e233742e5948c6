import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { MemoryClaimStore } from '../../../lib/receive/claims';
import { HandledLog } from '../../../lib/receive/handledLog';
import { AwaitedRuns } from './awaitedRuns';

/** Both phases of deduplication for one trigger node, and who waits for the end of its runs. */
interface NodeClaims {
	readonly claims: MemoryClaimStore;
	readonly handled: HandledLog;
	readonly runs: AwaitedRuns;
}

/** One n8n process has one of these; module state is what the requests of a process share. */
const byNode = new Map<string, NodeClaims>();

/**
 * The claims of the trigger node that a request or execution belongs to.
 *
 * @param capacity stored keys at most; as before where it is not given
 */
export function claimsOf(
	context: IExecuteFunctions | IWebhookFunctions,
	capacity?: number,
): NodeClaims {
	const scope = `${context.getWorkflow().id}:${context.getNode().id}`;
	let found = byNode.get(scope);
	if (found === undefined) {
		found = {
			claims: new MemoryClaimStore(capacity ?? 0),
			handled: new HandledLog(),
			runs: new AwaitedRuns(),
		};
		byNode.set(scope, found);
	}
	if (capacity !== undefined) found.claims.capacity = capacity;
	return found;
}
