import { startStore } from '../../examples/kometia-store/store.mts';
import { startHub } from '../../examples/live-hub/hub.mts';
import { LOOPBACK } from '../support/ports.mts';
import type { Addresses } from './credentials.mts';
import type { Settings } from './settings.mts';

/** Events that the live page shows to a browser that opens it later. */
const HISTORY_SIZE = 500;

/** Runs the live page and the local Kometia store for as long as the work takes. */
export async function withLocalServers<T>(
	ports: { readonly hub: number; readonly store: number },
	settings: Settings,
	work: (addresses: Omit<Addresses, 'n8n'>) => Promise<T>,
): Promise<T> {
	const hub = await startHub({
		port: ports.hub,
		host: LOOPBACK,
		token: settings.hubToken,
		historySize: HISTORY_SIZE,
	});
	try {
		const store = await startStore({ port: ports.store, apiKey: settings.kometiaKey });
		try {
			return await work({ hub: hub.url, store: store.url });
		} finally {
			await store.close();
		}
	} finally {
		await hub.close();
	}
}
