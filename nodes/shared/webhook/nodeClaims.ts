import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { HeldRedis } from '../../../lib/cluster/heldRedises';
import { isQueueMode, type SharedRedisSettings } from '../../../lib/cluster/n8nRedis';
import { type ClaimStore, MemoryClaimStore } from '../../../lib/receive/claims';
import { HandledLog } from '../../../lib/receive/handledLog';
import { namesAnotherRedis, selectedRedis } from '../cluster/deduplicationStore';
import { heldN8nsRedis, triggerScope } from '../cluster/n8nsRedis';
import { namedRedises, namedRedisWords, readNamedRedis } from '../cluster/namedRedis';
import { tellRarely } from '../cluster/tellRarely';
import { AwaitedRuns } from './awaitedRuns';
import { freshCredential } from './freshCredential';
import { nodeCluster, type NodeCluster } from './nodeCluster';

type Context = IExecuteFunctions | IWebhookFunctions;

/** Both phases of deduplication for one trigger node, and who waits for the end of its runs. */
class NodeClaims {
	readonly runs = new AwaitedRuns();

	readonly handled = new HandledLog(Date.now, async (work) => {
		await (this.cluster === undefined ? work() : this.cluster.lock.during(work));
	});

	private readonly memory = new MemoryClaimStore(0);

	private shared: { readonly held: HeldRedis; readonly cluster: NodeCluster } | undefined;

	/** Undefined: this process receives and runs everything, or the Redis that the node names is not known yet. */
	get cluster(): NodeCluster | undefined {
		return this.shared?.cluster;
	}

	get claims(): ClaimStore & { capacity: number } {
		return this.cluster?.claims ?? this.memory;
	}

	/** From now on the processes share in this Redis what they know. */
	shareIn(held: HeldRedis, cluster: () => NodeCluster): void {
		if (this.shared?.held !== held) this.shared = { held, cluster: cluster() };
	}
}

/** One n8n process has one of these; module state is what the requests of a process share. */
const byNode = new Map<string, NodeClaims>();

/**
 * The claims of the trigger node that a request or execution belongs to: in memory, and in queue mode
 * in n8n's own Redis as well. Where the node names another Redis they are as {@link sharedClaimsOf} found
 * them last.
 *
 * @param capacity stored keys at most; as before where it is not given
 * @throws what reading the settings of n8n's Redis throws
 */
export function claimsOf(context: Context, capacity?: number): NodeClaims {
	const scope = scopeOf(context);
	let found = byNode.get(scope);
	if (found === undefined) {
		found = new NodeClaims();
		byNode.set(scope, found);
	}
	if (isQueueMode() && !namesAnotherRedis(context.getNode())) {
		const held = heldN8nsRedis();
		found.shareIn(held, () => {
			namedRedises().leave(scope);
			return nodeCluster(context, scope, held);
		});
	}
	if (capacity !== undefined) found.claims.capacity = capacity;
	return found;
}

/**
 * The same, in the Redis that the node names as its credential says now: what n8n said of that counts for
 * two seconds. Nothing is read where the node names none, or one process receives everything.
 *
 * @throws {NamedRedisError} where it cannot be used as it is
 */
async function sharedClaimsOf(context: Context, capacity?: number): Promise<NodeClaims> {
	const node = context.getNode();
	if (!isQueueMode() || !namesAnotherRedis(node)) return claimsOf(context, capacity);
	const read = async () => await readNamedRedis(context);
	const id = selectedRedis(node.credentials)?.id ?? null;
	const settings = await freshCredential<SharedRedisSettings>(context, { id, name: '' }).get(read);
	const scope = scopeOf(context);
	const held = namedRedises().hold(scope, settings);
	claimsOf(context).shareIn(held, () => nodeCluster(context, scope, held));
	return claimsOf(context, capacity);
}

/**
 * The claims as a delivery takes them. Another Redis than n8n's own is looked up only when an event has
 * come so far that it is claimed, and what is wrong with it is in n8n's log: the delivery shows a 503 only.
 *
 * @throws what reading the settings of n8n's Redis throws
 */
export function claimsForDelivery(
	context: IWebhookFunctions,
	capacity: number,
): Pick<ClaimStore, 'claim'> {
	if (!isQueueMode() || !namesAnotherRedis(context.getNode())) {
		return claimsOf(context, capacity).claims;
	}
	return {
		claim: async (key, options) =>
			await sharedClaimsOf(context, capacity)
				.then(async ({ claims }) => await claims.claim(key, options))
				.catch((error: unknown) => {
					tellOfNamed(context, 'Could not check a delivery for duplicates, answered 503', error);
					throw error;
				}),
	};
}

/**
 * What the processes share of the node that an execution begins with; undefined where one process runs
 * everything, or the Redis that the node names cannot be used, which is in n8n's log.
 *
 * @throws what reading the settings of n8n's Redis throws
 */
export async function clusterForExecution(
	context: IExecuteFunctions,
	capacity: number,
): Promise<NodeCluster | undefined> {
	if (!namesAnotherRedis(context.getNode())) return claimsOf(context, capacity).cluster;
	try {
		return (await sharedClaimsOf(context, capacity)).cluster;
	} catch (error) {
		tellOfNamed(
			context,
			'Could not check whether another execution began with the event first',
			error,
		);
		return undefined;
	}
}

function tellOfNamed(context: Context, what: string, error: unknown): void {
	const words = `${what}: ${namedRedisWords(context, error)}`;
	tellRarely(context, scopeOf(context), words, words);
}

function scopeOf(context: Context): string {
	return triggerScope(String(context.getWorkflow().id), context.getNode().id);
}
