import {
	NodeOperationError,
	sleep,
	type IExecuteFunctions,
	type ILoadOptionsFunctions,
} from 'n8n-workflow';
import { connectionKey } from '../../../lib/net/pool';
import { isHeader } from '../../../lib/net/credentialFields';
import { httpPools, PooledHttp } from '../../../lib/net/http';
import { N8nApi, readN8nAddress } from '../../../lib/history/store/n8nApi';
import { allowedLookup } from '../egress/egress';

/** Type of the credential that holds an n8n's address and API key. */
export const EVENT_STORE_CREDENTIAL = 'realtimeWebhooksN8nEventStoreApi';

/** A page of 250 executions of 100 KB each is 25 MB. */
const LONGEST_ANSWER_BYTES = 256 * 1024 * 1024;

const CONNECT_LIMIT_MS = 10_000;

/** More would take n8n's own database connections away from its executions. */
const CONNECTIONS = 4;

/**
 * n8n's public API, as the credential `realtimeWebhooksN8nEventStoreApi` names it, for as long as `use` runs.
 *
 * @throws {NodeOperationError} where the address is none, or n8n's network policy forbids it
 */
export async function withN8nApi<T>(
	context: IExecuteFunctions,
	use: (api: N8nApi) => Promise<T>,
): Promise<T> {
	const { origin, open } = await server(context);
	const pool = async () => open(CONNECTIONS);
	const lease = await httpPools.acquire(connectionKey(['n8nApi', origin]), pool);
	try {
		return await use(await apiOver(context, lease.connection));
	} finally {
		lease.release();
	}
}

/**
 * Like `withN8nApi`, over connections of its own: for calls that n8n answers only when an execution
 * has ended. That execution may itself need the connections that all others share.
 *
 * @param connections calls at a time
 */
export async function withOwnN8nApi<T>(
	context: IExecuteFunctions,
	connections: number,
	use: (api: N8nApi) => Promise<T>,
): Promise<T> {
	const { open } = await server(context);
	const http = open(connections);
	try {
		return await use(await apiOver(context, http));
	} finally {
		http.close();
	}
}

async function server(context: IExecuteFunctions) {
	const { origin } = await addressOf(context);
	const lookup = await allowedLookup(context, origin);
	const open = (connections: number) =>
		new PooledHttp(origin, {
			lookup,
			connections,
			connectLimitMs: CONNECT_LIMIT_MS,
			longestAnswerBytes: LONGEST_ANSWER_BYTES,
		});
	return { origin, open };
}

async function apiOver(context: IExecuteFunctions, http: PooledHttp): Promise<N8nApi> {
	const { prefix, apiKey } = await addressOf(context);
	return new N8nApi(http, prefix, apiKey, sleep);
}

/**
 * Where the API of the credential is, and its key.
 *
 * @throws {NodeOperationError} where one of the two cannot be used
 */
export async function addressOf(context: IExecuteFunctions | ILoadOptionsFunctions) {
	// A credential may hold expressions, which give anything.
	const { baseUrl, apiKey } = await context.getCredentials<{ baseUrl: unknown; apiKey: unknown }>(
		EVENT_STORE_CREDENTIAL,
	);
	const address = readN8nAddress(baseUrl);
	if (address === undefined) {
		throw unusable(
			"'Base URL' in the credential 'n8n API (Event History)' is not a valid URL",
			'Enter a URL with http:// or https://, such as http://127.0.0.1:5678.',
		);
	}
	const key = typeof apiKey === 'string' ? apiKey.trim() : '';
	if (key !== '' && isHeader('x-n8n-api-key', key)) return { ...address, apiKey: key };
	throw unusable(
		`'API Key' in the credential 'n8n API (Event History)' ${key === '' ? 'is empty' : "contains characters that can't be sent"}`,
		'Create a key in n8n under Settings > n8n API, and enter it there.',
	);

	function unusable(message: string, description: string) {
		return new NodeOperationError(context.getNode(), message, { description });
	}
}
