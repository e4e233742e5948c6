import { NodeOperationError, sleep, type IExecuteFunctions } from 'n8n-workflow';
import { connectionKey } from '../../lib/connection/pool';
import { httpPools, PooledHttp } from '../../lib/http/pooledHttp';
import { N8nApi, readN8nAddress } from '../../lib/n8nApi/n8nApi';
import { allowedLookup } from './egress';

/** Type of the credential that holds an n8n's address and API key. */
export const EVENT_STORE_CREDENTIAL = 'n8nEventStoreApi';

/** A page of 250 executions of 100 KB each is 25 MB. */
const LONGEST_ANSWER_BYTES = 256 * 1024 * 1024;

const CONNECT_LIMIT_MS = 10_000;

/** More would take n8n's own database connections away from its executions. */
const CONNECTIONS = 4;

/**
 * n8n's public API, as the credential `n8nEventStoreApi` names it, for as long as `use` runs.
 *
 * @throws {NodeOperationError} where the address is none, or n8n's network policy forbids it
 */
export async function withN8nApi<T>(
	context: IExecuteFunctions,
	use: (api: N8nApi) => Promise<T>,
): Promise<T> {
	const { baseUrl, apiKey } = await context.getCredentials<{ baseUrl: string; apiKey: string }>(
		EVENT_STORE_CREDENTIAL,
	);
	const address = readN8nAddress(baseUrl);
	if (address === undefined) {
		throw new NodeOperationError(
			context.getNode(),
			"'Base URL' in the credential 'N8n Event Store API' is not an address",
			{ description: 'Write it with http:// or https://, such as http://127.0.0.1:5678.' },
		);
	}
	const { origin, prefix } = address;
	const lookup = await allowedLookup(context, origin);
	const lease = await httpPools.acquire(
		connectionKey(['n8nApi', origin]),
		async () =>
			new PooledHttp(origin, {
				lookup,
				connections: CONNECTIONS,
				connectLimitMs: CONNECT_LIMIT_MS,
				longestAnswerBytes: LONGEST_ANSWER_BYTES,
			}),
	);
	try {
		return await use(new N8nApi(lease.connection, prefix, apiKey, sleep));
	} finally {
		lease.release();
	}
}
