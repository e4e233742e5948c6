import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { ReadOptions } from '../../lib/history/filters';
import { readingMemory } from '../../lib/history/memory/readingMemory';
import { connectionKey } from '../../lib/net/pool';
import { type NumberOption, readNumberOption } from '../shared/options';
import { readReadOptions } from './readFilters';
import { addressOf } from '../shared/n8nApi/n8nEventStore';

const DEFAULT_MB = 32;

/** More than this is better left to n8n's own executions. */
const MOST_MB = 512;

const MB = 1024 * 1024;

/** How much is remembered of what was read, in the collection `options`. */
export const memoryOption: INodeProperties = {
	displayName: 'Memory for Repeated Reads (MB)',
	name: 'memoryMb',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: MOST_MB },
	default: DEFAULT_MB,
	description:
		'How much to remember of finished executions, so that the next read is faster. n8n is still asked each time which executions exist. Set to 0 to remember nothing.',
};

const MEGABYTES: NumberOption = {
	label: memoryOption.displayName,
	fallback: DEFAULT_MB,
	least: 0,
	most: MOST_MB,
};

/** What of the collection `options` is about reading the history, for an operation that puts it out. */
export async function readOptions(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<ReadOptions> {
	const options = readReadOptions(context, itemIndex);
	return { ...options, memory: await memoryFor(context, itemIndex, options) };
}

/**
 * What this process remembers of the history that the node reads.
 *
 * @param options as read already
 * @returns undefined where nothing is to be remembered
 */
async function memoryFor(
	context: IExecuteFunctions,
	itemIndex: number,
	{ includeN8nWebhook }: ReadOptions,
): Promise<ReadOptions['memory']> {
	const { memoryMb } = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
	const megabytes = readNumberOption(context, memoryMb, MEGABYTES, itemIndex);
	if (megabytes === 0) return undefined;
	const { origin, prefix, apiKey } = await addressOf(context);
	const key = connectionKey(['history', origin, prefix, apiKey, includeN8nWebhook === true]);
	return readingMemory.of(key, megabytes * MB);
}
