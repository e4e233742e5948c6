import { isQueueMode, n8nKeyPrefix, n8nRedis } from '../../../lib/cluster/n8nRedis';
import { NodeKeys } from '../../../lib/cluster/nodeKeys';
import type { HeldRedis } from '../../../lib/cluster/heldRedises';
import { OUTBOX_LIMITS } from '../../../lib/cluster/outbox';
import { RunnerSign } from '../../../lib/cluster/runners';
import { SharedRedis } from '../../../lib/cluster/sharedRedis';
import { WorkClaims } from '../../../lib/cluster/workClaims';

const DAY_MS = 24 * 3_600_000;

/**
 * For how long it is known who did what, in milliseconds. A replay or a retry may leave no execution behind,
 * where the workflow's settings say so; a retry that nobody is sure of is to be tried again.
 */
const REMEMBER_MS = {
	replay: { rememberMs: DAY_MS },
	recover: { rememberMs: 7 * DAY_MS, unsureMs: 10 * 60_000 },
	// For as long as an event may be in the outbox.
	outbox: { rememberMs: OUTBOX_LIMITS.ageMs },
} as const;

/** One n8n process has one connection. */
let redis: SharedRedis | undefined;
let held: HeldRedis | undefined;

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
	return new WorkClaims({ redis: n8nsRedis(), keys, ...REMEMBER_MS[kind] });
}

/** The same connection, with what says there of this process that it lives. @throws as {@link n8nsRedis} */
export function heldN8nsRedis(): HeldRedis {
	held ??= { redis: n8nsRedis(), sign: new RunnerSign(n8nsRedis(), n8nKeyPrefix()) };
	return held;
}

/** Which node of which workflow: what the processes share of a trigger stands under it. */
export function triggerScope(workflowId: string, nodeId: string): string {
	return `${workflowId}:${nodeId}`;
}
