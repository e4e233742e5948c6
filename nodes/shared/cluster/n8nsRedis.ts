import { isQueueMode, n8nKeyPrefix, n8nRedis } from '../../../lib/cluster/n8nRedis';
import { NodeKeys } from '../../../lib/cluster/nodeKeys';
import { Outbox, OUTBOX_LIMITS, type OutboxEntry } from '../../../lib/cluster/outbox';
import { Runners, RunnerSign } from '../../../lib/cluster/runners';
import { SharedRedis } from '../../../lib/cluster/sharedRedis';
import { WorkClaims } from '../../../lib/cluster/workClaims';

/**
 * For how long it is known who did what, in milliseconds. A replay may leave no execution behind, where
 * the workflow's settings say so. A retry does, and one that nobody is sure of is to be tried again.
 */
const REMEMBER_MS = {
	replay: 24 * 3_600_000,
	recover: 10 * 60_000,
	// For as long as an event may be in the outbox.
	outbox: OUTBOX_LIMITS.ageMs,
} as const;

/** One n8n process has one connection. */
let redis: SharedRedis | undefined;
let sign: RunnerSign | undefined;

/**
 * The connection of this process to n8n's own Redis, in queue mode.
 *
 * @throws what reading n8n's settings throws, where a file that they name cannot be read
 */
export function n8nsRedis(): SharedRedis {
	redis ??= new SharedRedis(n8nRedis());
	return redis;
}

/**
 * Who replays or recovers what, over all workers; undefined where one process runs everything.
 *
 * @throws what reading n8n's settings throws
 */
export function workClaims(kind: keyof typeof REMEMBER_MS): WorkClaims | undefined {
	if (!isQueueMode()) return undefined;
	const keys = new NodeKeys(n8nKeyPrefix(), kind);
	return new WorkClaims({ redis: n8nsRedis(), keys, rememberMs: REMEMBER_MS[kind] });
}

/**
 * The outbox of a trigger node, whichever process accepted its events; undefined where n8n's own row is
 * enough.
 *
 * @throws what reading n8n's settings throws
 */
export function outboxOf(workflowId: string, nodeId: string): Outbox | undefined {
	if (!isQueueMode()) return undefined;
	const keys = new NodeKeys(n8nKeyPrefix(), triggerScope(workflowId, nodeId));
	return new Outbox({ redis: n8nsRedis(), keys });
}

/** Whether the process that began last with an event of {@link outboxOf} still lives. */
export async function isStillRun(
	workflowId: string,
	nodeId: string,
	entry: OutboxEntry,
): Promise<boolean> {
	const prefix = n8nKeyPrefix();
	const keys = new NodeKeys(prefix, triggerScope(workflowId, nodeId));
	return await new Runners(n8nsRedis(), prefix, keys).isAlive(entry);
}

/** What says of this process that it lives. */
export function runnerSign(): RunnerSign {
	sign ??= new RunnerSign(n8nsRedis(), n8nKeyPrefix());
	return sign;
}

/** Which node of which workflow: what the processes share of a trigger stands under it. */
export function triggerScope(workflowId: string, nodeId: string): string {
	return `${workflowId}:${nodeId}`;
}
