import type {
	ICredentialsDisplayOptions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { fieldOf, textOf } from '../../../lib/event/json';
import { credentialFor } from '../credentialFor';

/** Type of the credential that names a Redis. */
export const REDIS_CREDENTIAL = 'realtimeWebhooksRealtimeRedisApi';

/** Its label in the editor. */
export const REDIS_CREDENTIAL_LABEL = 'Realtime Redis API';

const ANOTHER = 'anotherRedis';

/** A constant, since n8n's lint would spell n8n otherwise. */
export const OWN_REDIS_LABEL = "n8n's Own Redis";

/** The field in which a choice of the store is kept, whatever collection it is in. */
const FIELD = 'deduplicationStore';

const STORES: INodePropertyOptions[] = [
	{
		name: OWN_REDIS_LABEL,
		value: 'n8nRedis',
		description: 'The Redis of the queue, found by the settings of n8n',
	},
	{
		name: 'Another Redis',
		value: 'anotherRedis',
		description: 'The Redis of a credential, selected at the top of this panel',
	},
];

/** In which Redis the processes share what they know of a trigger, as one of several options. */
export function deduplicationStoreProperty(description: string): INodeProperties {
	return {
		displayName: 'Deduplication Store',
		name: FIELD,
		type: 'options',
		// Read for each delivery: an expression would cost each of them an isolate.
		noDataExpression: true,
		default: 'n8nRedis',
		description,
		options: STORES,
	};
}

/**
 * When the credential that names it is asked for.
 *
 * @param collection name of the parameter that holds the options
 * @param more what else has to be chosen
 */
export function credentialForStore(
	collection: string,
	more: Parameters<typeof credentialFor>[0] = {},
): ICredentialsDisplayOptions {
	return credentialFor({ ...more, [`${collection}.${FIELD}`]: [ANOTHER] });
}

/** Whether a node, as it is saved, asks for another Redis than n8n's own. */
export function namesAnotherRedis(
	{ parameters }: { readonly parameters: unknown },
	collection = 'options',
): boolean {
	return fieldOf(parameters, collection, FIELD) === ANOTHER;
}

/** A credential as a node has selected it. */
export interface SelectedCredential {
	readonly id: string | undefined;
	readonly name: string | undefined;
}

/** The Redis credential that a saved node has selected, whether it asks for it or not. */
export function selectedRedis(credentials: unknown): SelectedCredential | undefined {
	const selected = fieldOf(credentials, REDIS_CREDENTIAL);
	if (selected === undefined || selected === null) return undefined;
	return { id: textOf(fieldOf(selected, 'id')), name: textOf(fieldOf(selected, 'name')) };
}
