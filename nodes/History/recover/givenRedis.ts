import { randomUUID } from 'node:crypto';
import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import type { HeldRedis } from '../../../lib/cluster/heldRedises';
import { isQueueMode, type SharedRedisSettings } from '../../../lib/cluster/n8nRedis';
import { namesAnotherRedis, selectedRedis } from '../../shared/cluster/deduplicationStore';
import { NamedRedisError, namedRedises, readNamedRedis } from '../../shared/cluster/namedRedis';
import { RECOVER_OPTIONS } from './properties';

/** The Redis that the user names for triggers that name it too. */
export interface GivenRedis {
	/** Of the credential: a trigger that has selected the same one means this Redis. */
	readonly id: string | undefined;
	readonly held: HeldRedis;
}

/**
 * Works with the Redis that the node names, if it names one and n8n runs in queue mode. Nothing connects
 * before it is used.
 *
 * @throws {NodeOperationError} where it cannot be used as it is
 */
export async function withGivenRedis<T>(
	context: IExecuteFunctions,
	work: (given: GivenRedis | undefined) => Promise<T>,
): Promise<T> {
	const node = context.getNode();
	if (!isQueueMode() || !namesAnotherRedis(node, RECOVER_OPTIONS)) return await work(undefined);
	const settings = await settingsOf(context);
	const holder = randomUUID();
	const held = namedRedises().hold(holder, settings);
	try {
		return await work({ id: selectedRedis(node.credentials)?.id, held });
	} finally {
		namedRedises().leave(holder);
	}
}

async function settingsOf(context: IExecuteFunctions): Promise<SharedRedisSettings> {
	try {
		return await readNamedRedis(context);
	} catch (error) {
		const { message, description } = error as NamedRedisError;
		throw new NodeOperationError(context.getNode(), message, { description });
	}
}
