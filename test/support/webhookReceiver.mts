import { once } from 'node:events';
import {
	createServer,
	type IncomingHttpHeaders,
	type Server,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** One delivery as it arrived. */
export interface ReceivedWebhook {
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

/** How a path answers; @default 200 */
export type Answer = (response: ServerResponse, delivery: ReceivedWebhook) => void;

/** A real http server on 127.0.0.1 that takes webhooks and keeps them. */
export class WebhookReceiver {
	readonly received: ReceivedWebhook[] = [];
	readonly answers = new Map<string, Answer>();
	readonly #server: Server;

	private constructor(server: Server) {
		this.#server = server;
	}

	/** @param port where it listens; 0 for any */
	static async start(port = 0): Promise<WebhookReceiver> {
		const server = createServer();
		const receiver = new WebhookReceiver(server);
		server.on('request', (request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk: Buffer) => chunks.push(chunk));
			request.on('end', () => {
				const path = request.url ?? '/';
				const body = Buffer.concat(chunks).toString('utf8');
				const delivery = { path, headers: request.headers, body };
				receiver.received.push(delivery);
				const answer = receiver.answers.get(path);
				if (answer === undefined) response.end('ok');
				else answer(response, delivery);
			});
		});
		server.listen(port, '127.0.0.1');
		await once(server, 'listening');
		return receiver;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** Lets a path answer with a status. */
	answer(path: string, status: number, headers: Record<string, string> = {}): void {
		this.answers.set(path, (response) => response.writeHead(status, headers).end());
	}

	of(path: string): ReceivedWebhook[] {
		return this.received.filter((delivery) => delivery.path === path);
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}
}
