import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { ClusterLock } from '../../../lib/cluster/clusterLock';
import { FirstExecutions } from '../../../lib/cluster/firstExecutions';
import type { HeldRedis } from '../../../lib/cluster/heldRedises';
import { n8nKeyPrefix } from '../../../lib/cluster/n8nRedis';
import { NodeKeys } from '../../../lib/cluster/nodeKeys';
import { Outbox, type OutboxLoss } from '../../../lib/cluster/outbox';
import { RedisClaims } from '../../../lib/cluster/redisClaims';
import { inWords } from '../../../lib/net/failure';
import { tellRarely } from '../cluster/tellRarely';

/** What the processes of n8n in queue mode share of one trigger node. */
export interface NodeCluster {
	readonly claims: RedisClaims;
	/** Over the workers, for who writes into n8n's deduplication store. */
	readonly lock: ClusterLock;
	readonly first: FirstExecutions;
	readonly outbox: Outbox;
	/** Says in n8n's log, at most once in ten minutes, what Redis could not be told. */
	tell(what: string, error: unknown): void;
}

/**
 * @param scope which node of which workflow
 * @param held where they share it
 * @throws what reading n8n's settings throws
 */
export function nodeCluster(
	context: IExecuteFunctions | IWebhookFunctions,
	scope: string,
	{ redis, sign }: HeldRedis,
): NodeCluster {
	const keys = new NodeKeys(n8nKeyPrefix(), scope);
	const warn = (kind: string, words: string) => tellRarely(context, scope, kind, words);
	const tell = (what: string, error: unknown) => warn(what, `${what}: ${inWords(error)}.`);
	const lock = new ClusterLock(redis, keys.lock, {
		onWithout: (error) =>
			tell("n8n's deduplication store was written to without a lock across the workers", error),
	});
	return {
		claims: new RedisClaims(0, {
			redis,
			keys,
			onProblem: (error) => tell('A claim could not be settled in Redis', error),
		}),
		lock,
		first: new FirstExecutions(redis, keys, sign),
		outbox: new Outbox({
			redis,
			keys,
			onLoss: (loss) => warn(loss.kind, lossWords(loss)),
		}),
		tell,
	};
}

function lossWords(loss: OutboxLoss): string {
	if (loss.kind === 'tooLarge') {
		return `An event of ${loss.bytes} bytes is too large for the outbox: if the worker that runs it dies, it is lost.`;
	}
	return `The outbox in Redis is full, so its oldest events were removed (${loss.count}): if the workers that run them die, these events are lost.`;
}
