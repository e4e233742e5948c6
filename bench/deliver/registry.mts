import { DataTablesStandIn, TABLE_SCOPES } from '../../test/support/dataTables.mts';
import { runOwn, type Credentials } from './nodes.mts';
import type { BenchSubscriber } from './work.mts';

const API_KEY = 'n8n-api-key-of-the-benchmark';

/** A registry with the subscribers in it, behind the API of n8n's data tables. */
export interface BenchRegistry {
	readonly credentials: Credentials;
	close(): Promise<void>;
}

/** Has the node Webhook Subscription make the table and every row. */
export async function openBenchRegistry(
	subscribers: readonly BenchSubscriber[],
): Promise<BenchRegistry> {
	const tables = new DataTablesStandIn();
	tables.scopes.set(API_KEY, TABLE_SCOPES);
	const baseUrl = await tables.start();
	const credentials = {
		realtimeWebhooksN8nEventStoreApi: {
			baseUrl,
			apiKey: API_KEY,
			encryptionSecret: 'of the benchmark',
		},
	};
	const parameters = {
		resource: 'subscriber',
		operation: 'create',
		dataTable: 'webhook_subscribers',
		url: '={{ $json.url }}',
		events: '*',
		additionalFields: { secret: '={{ $json.secret }}' },
		options: { allowHttp: true, allowedPrivateAddresses: '127.0.0.1' },
	};
	const made = await runOwn('WebhookSubscription', subscribers, parameters, credentials);
	if (made !== subscribers.length) throw new Error(`${made} subscribers were registered`);
	return { credentials, close: async () => await tables.stop() };
}
