import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { HandledLog } from '../../../lib/receive/handledLog';
import { MemoryClaimStore } from '../../../lib/receive/claims';

/** Both phases of deduplication for one trigger node. */
interface NodeClaims {
	readonly claims: MemoryClaimStore;
	readonly handled: HandledLog;
}

/** One n8n process has one of these; module state is what the requests of a process share. */
const byNode = new Map<string, NodeClaims>();

/**
 * The claims of the trigger node that a request or execution belongs to.
 *
 * @param capacity stored keys at most
 */
export function claimsOf(
	context: IExecuteFunctions | IWebhookFunctions,
	capacity: number,
): NodeClaims {
	const scope = `${context.getWorkflow().id}:${context.getNode().id}`;
	let found = byNode.get(scope);
	if (found === undefined) {
		found = { claims: new MemoryClaimStore(capacity), handled: new HandledLog() };
		byNode.set(scope, found);
	}
	found.claims.capacity = capacity;
	return found;
}
