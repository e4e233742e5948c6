import { randomUUID } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { isOwnHost, isSameSite, tokenProblem } from './access.mts';
import { assertEnvelope } from './envelope.mts';
import { pageFiles } from './files.mts';
import { Filling } from './filling.mts';
import { History, type EventRecord } from './history.mts';
import type { HistoryAddress, PastEvent } from './n8n.mts';
import { replayHandler } from './replay.mts';
import type { PageSource } from './source.mts';

export interface HubOptions {
	/** TCP port; 0 takes a free one. */
	port: number;
	/** Address to listen on. The live page asks for no password, so the default stays on this machine. */
	host?: string;
	/** Where set, publishers must send it as `auth.token`. */
	token?: string;
	/** How many of the newest events are kept in memory. */
	historySize?: number;
	/** Names under which the page is served by a proxy in front of the hub. */
	publicHosts?: readonly string[];
	/** Where the page gets its events from instead of the hub. */
	source?: PageSource;
	/** The workflows of n8n that tell what came in before, and replay. */
	n8n?: N8nAddresses;
}

/** Addresses of the example workflows live-page-history and live-page-replay. */
export interface N8nAddresses {
	readonly history?: HistoryAddress;
	readonly replay?: string;
}

export interface Hub {
	url: string;
	port: number;
	/** Fills the list from n8n's event history, and offers replays, from now on. */
	connectN8n(addresses: N8nAddresses): void;
	/** Disconnects everybody and frees the port. */
	close(): Promise<void>;
}

/** What a publisher gets back for each event. */
export type Acknowledgement =
	| { ok: true; position: number; duplicate?: true }
	| { ok: false; error: string };

/** Largest event in bytes; Socket.IO ends the connection of who sends more. */
const MAX_EVENT_BYTES = 8 * 1024 * 1024;
/** Most JSON characters in memory: 500 usual events are 1 to 2 million. */
const MAX_HISTORY_CHARACTERS = 32 * 1024 * 1024;
const MAX_CONNECTIONS = 500;
/** A dead connection is noticed after at most the sum of the two, in milliseconds. */
const HEARTBEAT = { pingInterval: 10_000, pingTimeout: 8_000 };
const WATCHERS = 'watchers';

/**
 * Starts the hub: publishers emit `event` with one envelope in namespace `/`, the page listens in
 * `/live`. Rejects with node's own error (such as `EADDRINUSE`) where it cannot listen.
 */
export async function startHub(options: HubOptions): Promise<Hub> {
	const { host = '127.0.0.1', token, historySize = 500, publicHosts = [] } = options;
	const history = new History({ events: historySize, characters: MAX_HISTORY_CHARACTERS });
	let { n8n = {} } = options;
	let filling: Filling | undefined;
	let historyProblem = '';
	const files = await pageFiles(options.source);
	const replay = replayHandler(() => n8n.replay, publicHosts);
	const http = createServer((request, response) => {
		if (request.method !== 'POST' || request.url !== '/replay') return files(request, response);
		replay(request, response).catch(() => response.writeHead(500).end());
	});
	const io = new Server(http, {
		...HEARTBEAT,
		maxHttpBufferSize: MAX_EVENT_BYTES,
		allowRequest: ({ headers }, decide) => {
			if (!isSameSite(headers)) return decide('Pages of other sites are refused', false);
			const full = io.engine.clientsCount >= MAX_CONNECTIONS;
			decide(full ? 'Too many connections' : null, !full);
		},
	});

	const live = io.of('/live');
	// A restarted hub counts from 1 again; the page tells by this id that its position is void.
	const run = randomUUID();

	const about = () => ({
		history: n8n.history !== undefined,
		replay: n8n.replay !== undefined,
		historyProblem,
	});
	const connectN8n = (addresses: N8nAddresses) => {
		n8n = addresses;
		filling?.stop();
		filling =
			n8n.history &&
			new Filling(n8n.history, {
				events(events) {
					const records = takePast(history, events);
					live.to(WATCHERS).emit('filled', { records, activity: history.activity() });
				},
				problem(words) {
					historyProblem = words;
					live.to(WATCHERS).emit('n8n', about());
				},
			});
		live.to(WATCHERS).emit('n8n', about());
	};
	connectN8n(n8n);

	const accept = (name: string, [event]: unknown[]): Acknowledgement => {
		try {
			if (name !== 'event') throw new Error(`This hub takes events named 'event', not '${name}'.`);
			assertEnvelope(event);
			const { position, record } = history.add(event);
			if (!record) return { ok: true, duplicate: true, position };
			live.to(WATCHERS).emit('event', record);
			return { ok: true, position };
		} catch (error) {
			return { ok: false, error: error instanceof Error ? error.message : String(error) };
		}
	};

	io.use((socket, next) => {
		const problem = tokenProblem(socket.handshake.auth, token);
		next(problem ? new Error(problem) : undefined);
	});
	io.on('connection', (publisher) => {
		publisher.onAny((name: string, ...args: unknown[]) => {
			const reply = typeof args.at(-1) === 'function' ? args.pop() : undefined;
			const answer = accept(name, args);
			if (typeof reply === 'function') reply(answer);
		});
	});

	live.use(({ handshake }, next) => {
		if (isOwnHost(handshake.headers, publicHosts)) return next();
		next(
			new Error('This hub does not know the host name in the address. Add it to HUB_PUBLIC_HOSTS.'),
		);
	});
	live.on('connection', (watcher: Socket) => {
		// One synchronous step from reading the history to joining: no event falls in between.
		const seen: unknown = watcher.handshake.auth.position;
		const sameRun = watcher.handshake.auth.run === run;
		const position = sameRun && typeof seen === 'number' ? seen : 0;
		watcher.emit('n8n', about());
		watcher.emit('catchup', { run, limit: historySize, ...history.since(position) });
		void watcher.join(WATCHERS);
		filling?.refresh();
	});

	const port = await listen(http, options.port, host);
	return {
		url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
		port,
		connectN8n,
		close: async () => {
			filling?.stop();
			await io.close();
		},
	};
}

/**
 * Lists what n8n's history tells.
 *
 * @param events newest first
 * @returns what is new to the pages, in the order in which it arrived
 */
function takePast(history: History, events: readonly PastEvent[]): EventRecord[] {
	const records: EventRecord[] = [];
	for (const { event, ...past } of events.toReversed()) {
		// The history gives no more than the names of what is too old for the list.
		if (event.data === undefined) {
			history.count(event, past);
			continue;
		}
		const { record } = history.add(event, past);
		if (record) records.push(record);
	}
	return records;
}

async function listen(http: HttpServer, port: number, host: string): Promise<number> {
	return await new Promise((resolve, reject) => {
		http.once('error', reject);
		http.listen(port, host, () => {
			http.off('error', reject);
			const address = http.address();
			if (typeof address === 'object' && address) resolve(address.port);
			else reject(new Error('The hub listens on no TCP port.'));
		});
	});
}
