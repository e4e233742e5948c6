import { startStore } from '../../examples/kometia-store/store.mts';
import { startHub, type Hub } from '../../examples/live-hub/hub.mts';
import { LOOPBACK } from '../support/ports.mts';
import type { Addresses } from './credentials.mts';
import type { Settings } from './settings.mts';

/** Events that the live page shows to a browser that opens it later. */
const HISTORY_SIZE = 500;

/** Lets the live page ask n8n what came in before, and for replays, where those workflows are live. */
export function connectPage(hub: Hub, { pageUrls, historyKey }: Settings): void {
	const { 'live-page-history': url, 'live-page-replay': replay } = pageUrls;
	hub.connectN8n({
		...(url === undefined ? {} : { history: { url, key: historyKey } }),
		...(replay === undefined ? {} : { replay }),
	});
}

/** Runs the live page and the local Kometia store for as long as the work takes. */
export async function withLocalServers<T>(
	ports: { readonly hub: number; readonly store: number },
	settings: Settings,
	work: (addresses: Omit<Addresses, 'n8n'>, hub: Hub) => Promise<T>,
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
			return await work({ hub: hub.url, store: store.url }, hub);
		} finally {
			await store.close();
		}
	} finally {
		await hub.close();
	}
}
