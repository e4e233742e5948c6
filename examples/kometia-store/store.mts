import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { hasKey } from './access.mts';
import { deliver, type Delivery } from './deliver.mts';
import { EventLog, type KometiaEvent, type NewEvent } from './events.mts';
import { Faults } from './faults.mts';
import { BadRequestError, placeOrder, readOrderRequest } from './orders.mts';

export interface StoreOptions {
	/** TCP port on 127.0.0.1; 0 takes a free one. */
	readonly port: number;
	/** What the API is called with. */
	readonly apiKey: string;
	/** @default `demo` */
	readonly name?: string;
	/** Where events are delivered where nobody names another address. */
	readonly webhookUrl?: string;
}

export interface Store {
	/** Such as `http://127.0.0.1:3310`. */
	readonly url: string;
	readonly port: number;
	/** Address of its API, as it goes into the credential. */
	readonly baseUrl: string;
	readonly faults: Faults;
	/** Paths that were asked of the API, the newest 10,000. */
	readonly calls: readonly string[];
	/** Requests to the API that were open at the same time, at most. */
	readonly mostAtOnce: number;
	/** Something happened in the store. Tells nobody yet. */
	createEvent(event: NewEvent): KometiaEvent;
	/** Posts an event to a webhook; may be repeated, as Kometia repeats it. */
	deliver(event: KometiaEvent, webhookUrl: string): Promise<Delivery>;
	close(): Promise<void>;
}

const HOST = '127.0.0.1';
const API = '/api/v1';
const MOST_CALLS = 10_000;

/**
 * Starts a stand-in of a Kometia store. Rejects with node's own error (such as `EADDRINUSE`) where
 * it cannot listen.
 */
export async function startStore(options: StoreOptions): Promise<Store> {
	const { apiKey, name = 'demo', webhookUrl } = options;
	const events = new EventLog(name);
	const faults = new Faults();
	const calls: string[] = [];
	const open = { now: 0, most: 0 };

	const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const { pathname } = new URL(request.url ?? '/', 'http://store');
		const isApi = pathname.startsWith(`${API}/`);
		if (isApi) {
			if (calls.push(pathname) > MOST_CALLS) calls.shift();
			open.now += 1;
			open.most = Math.max(open.most, open.now);
			response.once('close', () => void (open.now -= 1));
			if (await faults.apply(response)) return;
		}
		if (!hasKey(request.headers, apiKey)) {
			return send(response, 401, { error: 'The API key is missing or wrong' });
		}
		const route = `${request.method} ${pathname}`;
		if (route === `GET ${API}/products`) return send(response, 200, { data: [] });
		if (route === 'POST /admin/orders') {
			const result = await placeOrder(events, await readOrderRequest(request), webhookUrl);
			return send(response, result.created ? 201 : 200, result);
		}
		const [, id] = /^GET \/api\/v1\/events\/([^/]+)$/.exec(route) ?? [];
		const event = id === undefined ? undefined : events.get(id);
		if (event === undefined) return send(response, 404, { error: 'Not found' });
		send(response, 200, event);
	};

	const server = createServer((request, response) => {
		answer(request, response).catch((error: unknown) => {
			const isBad = error instanceof BadRequestError;
			send(response, isBad ? 400 : 500, { error: isBad ? error.message : 'Something went wrong' });
		});
	});
	const port = await listen(server, options.port);
	const url = `http://${HOST}:${port}`;
	return {
		url,
		port,
		baseUrl: `${url}${API}`,
		faults,
		calls,
		get mostAtOnce() {
			return open.most;
		},
		createEvent: (event) => events.create(event),
		deliver,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function send(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, {
		'content-type': 'application/json',
		...(status === 401 ? { 'www-authenticate': 'Basic realm="store"' } : {}),
	});
	response.end(JSON.stringify(body));
}

async function listen(server: Server, port: number): Promise<number> {
	return await new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, HOST, () => {
			server.off('error', reject);
			const address = server.address();
			if (typeof address === 'object' && address) resolve(address.port);
			else reject(new Error('The store listens on no TCP port.'));
		});
	});
}
