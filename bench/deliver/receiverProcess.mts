// Runs by itself, so that whoever sends has its event loop for itself. Takes webhooks on as many ports
// as the argument says, and tells what came in whenever it is asked.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What arrived since it was last asked. */
export interface Arrived {
	/** Requests by port, in the order of the ports. */
	readonly requests: readonly number[];
	/** Of all bodies. */
	readonly bytes: number;
	/** Different `webhook-id`s. */
	readonly ids: number;
	/** Some of them, whole. */
	readonly samples: readonly Sample[];
}

export interface Sample {
	readonly port: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

/** Every so many requests one is kept. */
const SAMPLE_EVERY = 40;

const count = Number(process.argv[2]);
let ids = new Set<string>();
let samples: Sample[] = [];
let bytes = 0;
let seen = 0;
const requests = Array.from({ length: count }, () => 0);

const servers = requests.map((_, port) =>
	createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			requests[port] = (requests[port] ?? 0) + 1;
			for (const chunk of chunks) bytes += chunk.length;
			const id = request.headers['webhook-id'];
			if (typeof id === 'string') ids.add(id);
			if (seen % SAMPLE_EVERY === 0) {
				samples.push({ port, headers: request.headers, body: Buffer.concat(chunks).toString() });
			}
			seen += 1;
			response.end('ok');
		});
	}),
);

process.on('message', () => {
	const arrived: Arrived = { requests: [...requests], bytes, ids: ids.size, samples };
	process.send?.(arrived);
	requests.fill(0);
	[ids, samples, bytes, seen] = [new Set(), [], 0, 0];
});
process.once('disconnect', () => process.exit());

for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
process.send?.(servers.map((server) => (server.address() as AddressInfo).port));
