import type { IExecuteFunctions } from 'n8n-workflow';
import { isQueueMode, n8nKeyPrefix } from '../../../lib/cluster/n8nRedis';
import { NodeKeys } from '../../../lib/cluster/nodeKeys';
import { RatePlaces } from '../../../lib/cluster/ratePlaces';
import { SharedCircuits } from '../../../lib/cluster/sharedCircuits';
import type { SharedLimits } from '../../../lib/deliver/delivery';
import { inWords } from '../../../lib/net/failure';
import { n8nsRedis, triggerScope } from './n8nsRedis';
import { tellRarely } from './tellRarely';

/**
 * A delivery waits no longer for Redis, in milliseconds: without it, it goes out by this process's own limits. A worker
 * under load reads a reply late, and the first of all has to connect.
 */
const COMMAND_LIMIT_MS = 5_000;

/** For so long after a failure nobody waits for Redis again. */
const LEFT_ALONE_MS = 30_000;

const ALONE =
	"Rate limits and paused hosts apply within this worker only, because n8n's Redis can't be used";

/** When Redis is asked again, by `performance.now()`; of this process. */
let askAgainAt = 0;

/**
 * Rate limits and circuits over all workers of an n8n in queue mode; undefined where one process runs everything.
 * Limits are those of a subscriber and its URL, whichever node sends; circuits are those of a node, whose timeout
 * and threshold decide what fails.
 */
export function limitsOverCluster(context: IExecuteFunctions): SharedLimits | undefined {
	if (!isQueueMode()) return undefined;
	const scope = triggerScope(String(context.getWorkflow().id), context.getNode().id);
	const ask = async <T>(question: () => Promise<T>): Promise<T | undefined> => {
		if (performance.now() < askAgainAt) return undefined;
		try {
			return await question();
		} catch (error) {
			askAgainAt = performance.now() + LEFT_ALONE_MS;
			tellRarely(context, scope, 'limits', `${ALONE}: ${inWords(error)}.`);
			return undefined;
		}
	};
	const rates = () => new RatePlaces(n8nsRedis(), new NodeKeys(n8nKeyPrefix(), 'deliveries'));
	const circuits = () =>
		new SharedCircuits(n8nsRedis(), new NodeKeys(n8nKeyPrefix(), scope), COMMAND_LIMIT_MS);
	return {
		takePlaces: async (key, wanted) =>
			await ask(async () => await rates().take(key, wanted, COMMAND_LIMIT_MS)),
		askCircuits: async (names) => await ask(async () => await circuits().ask(names)),
		circuitOpened: (name) => void ask(async () => await circuits().open(name)),
		circuitClosed: (name) => void ask(async () => await circuits().close(name)),
	};
}
