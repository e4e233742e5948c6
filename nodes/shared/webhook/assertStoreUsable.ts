import { NodeOperationError, type IHookFunctions } from 'n8n-workflow';
import { randomUUID } from 'node:crypto';
import { assertWritable } from '../../../lib/cluster/assertWritable';
import { isQueueMode, n8nKeyPrefix } from '../../../lib/cluster/n8nRedis';
import { NodeKeys } from '../../../lib/cluster/nodeKeys';
import { namesAnotherRedis } from '../cluster/deduplicationStore';
import { triggerScope } from '../cluster/n8nsRedis';
import { namedRedises, namedRedisWords, readNamedRedis } from '../cluster/namedRedis';

/**
 * Asks the Redis that the trigger names, where it names one and n8n runs in queue mode.
 *
 * @throws {NodeOperationError} naming what the user has to do
 */
export async function assertStoreUsable(context: IHookFunctions): Promise<void> {
	if (!isQueueMode() || !namesAnotherRedis(context.getNode())) return;
	const holder = randomUUID();
	try {
		const settings = await readNamedRedis(context);
		if (isRestart(context)) return;
		const { redis } = namedRedises().hold(holder, settings);
		const scope = triggerScope(String(context.getWorkflow().id), context.getNode().id);
		await assertWritable(redis, new NodeKeys(n8nKeyPrefix(), scope));
	} catch (error) {
		// All in the message: of a failed publication n8n shows nothing else.
		const words = `'Deduplication Store' can't be used: ${namedRedisWords(context, error)}`;
		const failure = new NodeOperationError(context.getNode(), words);
		// n8n has words of its own for a server that refuses, which do not say which server it is.
		failure.message = words;
		throw failure;
	} finally {
		namedRedises().leave(holder);
	}
}

/**
 * A workflow that was live goes on: where this throws, n8n answers its webhooks 404 until it tries again,
 * and while Redis is away they are answered 503, after which senders repeat. Nor does n8n wait for each.
 */
function isRestart(context: IHookFunctions): boolean {
	const activation = context.getActivationMode();
	return activation === 'init' || activation === 'leadershipChange';
}
