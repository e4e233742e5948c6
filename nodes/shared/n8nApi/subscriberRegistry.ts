import { NodeOperationError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';
import { ClusterLock } from '../../../lib/cluster/clusterLock';
import { isQueueMode, n8nKeyPrefix } from '../../../lib/cluster/n8nRedis';
import { NodeKeys } from '../../../lib/cluster/nodeKeys';
import { inWords } from '../../../lib/net/failure';
import { connectionKey } from '../../../lib/net/pool';
import { sharedLoad } from '../../../lib/flow/sharing';
import type { Registered } from '../../../lib/subscriber/subscriber';
import {
	openRegistry,
	type RegistryOptions,
	type SubscriberRegistry,
} from '../../../lib/subscriber/registry';
import type { RegistryKeys } from '../../../lib/subscriber/rows';
import { n8nsRedis } from '../cluster/n8nsRedis';
import { tellRarely } from '../cluster/tellRarely';
import { assertN8nVersion } from '../n8nVersion';
import { EVENT_STORE_CREDENTIAL, withN8nApi } from './n8nEventStore';

/** Name of the table that is used where the user chooses none. */
const DEFAULT_TABLE = 'webhook_subscribers';

const CREATED_BY = "The operation 'Create' of the node 'Webhook Subscription'";

/** Which data table holds the registry; put `displayOptions` to it. */
export const dataTableProperty: INodeProperties = {
	displayName: 'Data Table',
	name: 'dataTable',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'name', value: DEFAULT_TABLE },
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchDataTables', searchable: true },
		},
		{
			displayName: 'By Name or ID',
			name: 'name',
			type: 'string',
			placeholder: 'e.g. webhook_subscribers',
		},
	],
	description:
		'The data table that holds the subscribers. It is created when it is first needed. You can view and edit it in n8n under Data Tables.',
};

/**
 * The registry that the parameter 'Data Table' names, for as long as `use` runs.
 *
 * @throws {NodeOperationError} where the credential's address is none, or may not be called
 */
export async function withRegistry<T>(
	context: IExecuteFunctions,
	use: (registry: SubscriberRegistry) => Promise<T>,
): Promise<T> {
	const table = tableOf(context);
	const keys = await registryKeys(context);
	const signal = context.getExecutionCancelSignal();
	const alone = aloneOverCluster(context);
	const options = { table, keys, createdBy: CREATED_BY, signal, ...alone };
	return await withN8nApi(context, async (api) => await use(openRegistry(api, options)));
}

/** In queue mode several workers change a table; n8n itself keeps no two rows of one subscriber apart. */
function aloneOverCluster(context: IExecuteFunctions): Pick<RegistryOptions, 'alone'> {
	if (!isQueueMode()) return {};
	return {
		alone: async (tableId, work) => {
			const { lock } = new NodeKeys(n8nKeyPrefix(), `registry:${tableId}`);
			const onWithout = (error: unknown) =>
				tellRarely(
					context,
					tableId,
					'registry lock',
					`The registry of subscribers was changed without a lock across the workers: ${inWords(error)}.`,
				);
			return await new ClusterLock(n8nsRedis(), lock, { onWithout }).during(work);
		},
	};
}

/**
 * The subscribers of the registry that the parameter 'Data Table' names, loaded once for all
 * executions that ask at the same time: each event is an execution, and n8n itself has to answer.
 */
export async function listRegistered(context: IExecuteFunctions): Promise<Registered> {
	const { baseUrl } = await context.getCredentials<{ baseUrl: string }>(EVENT_STORE_CREDENTIAL);
	const table = tableOf(context);
	const keys = await registryKeys(context);
	// Without a signal: another execution may wait for the same answer when this one is cancelled.
	const load = async () =>
		await withN8nApi(
			context,
			async (api) => await openRegistry(api, { table, keys, createdBy: CREATED_BY }).list(),
		);
	return await sharedLoad(connectionKey([baseUrl, table, keys]), load);
}

function tableOf(context: IExecuteFunctions): string {
	// Since then n8n's public API has data tables.
	assertN8nVersion(context.getNode(), { what: 'A registry of subscribers', since: '2.7' });
	const chosen: unknown = context.getNodeParameter('dataTable', 0, DEFAULT_TABLE, {
		extractValue: true,
	});
	return String(chosen ?? '').trim();
}

/** @throws {NodeOperationError} for what is no text: another key in its place would seal the rows */
async function registryKeys(context: IExecuteFunctions): Promise<RegistryKeys> {
	const credential = await context.getCredentials(EVENT_STORE_CREDENTIAL);
	const key = (label: string, field: string) => {
		const value = credential[field] ?? '';
		if (typeof value === 'string' || typeof value === 'number') return String(value).trim();
		throw new NodeOperationError(
			context.getNode(),
			`'${label}' in the credential 'n8n API (Event History)' is not text`,
			{ description: 'Check the expression there.' },
		);
	};
	const own = [key('Encryption Secret', 'encryptionSecret'), key('API Key', 'apiKey')];
	const [current = '', ...fallback] = own.filter((one) => one !== '');
	const previous = key('Previous Encryption Secret', 'previousEncryptionSecret');
	return { current, previous: [previous, ...fallback].filter((one) => one !== '') };
}
