import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Dispatcher } from 'undici';
import { ConnectionPool, connectionKey } from '../../lib/net/pool';
import type { AddressGuard } from '../../lib/net/guard/addressGuard';
import { guardedDispatcher } from '../../lib/net/dispatcher';
import { addressGuardOf, readAddressGuardSettings } from '../shared/egress/nodeAddressGuard';
import type { NotifierSettings } from './settings';

/** What deliveries go out through. */
export interface Network {
	readonly dispatcher: Dispatcher;
	readonly guard: AddressGuard;
}

interface OpenNetwork extends Network {
	closed: boolean;
}

/** Connections of this n8n process, kept for the next execution that has the same settings. */
const networks = new ConnectionPool<OpenNetwork>({
	isUsable: ({ closed }) => !closed,
	close: (network) => {
		network.closed = true;
		void network.dispatcher.destroy().catch(() => undefined);
	},
});

/** The network as the node's options and n8n's own policy and proxy allow it. */
export async function withDispatcher<T>(
	context: IExecuteFunctions,
	{ connectionsPerHost, timeoutMs }: Pick<NotifierSettings, 'connectionsPerHost' | 'timeoutMs'>,
	use: (network: Network) => Promise<T>,
): Promise<T> {
	const options = context.getNodeParameter('options', 0, {}) as IDataObject;
	const settings = readAddressGuardSettings(options);
	const guard = addressGuardOf(context, settings);
	const key = connectionKey(['notifier', settings, connectionsPerHost, timeoutMs]);
	const lease = await networks.acquire(key, async () => ({
		guard,
		closed: false,
		dispatcher: guardedDispatcher({
			guard,
			connections: connectionsPerHost,
			connectLimitMs: timeoutMs,
		}),
	}));
	try {
		return await use(lease.connection);
	} finally {
		lease.release();
	}
}
