import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { N8nAddresses } from '../../examples/live-hub/hub.mts';

/** An item of the example live-page-history. */
export interface HistoryItem {
	readonly event: object;
	readonly status: string;
	readonly startedAt: string;
	readonly executionUrl: string;
}

/**
 * In the place of an n8n with the examples live-page-history and live-page-replay: same requests, same
 * answers. What the real workflows answer is tested in a real n8n (`test/n8n/exampleWorkflows.test.mts`).
 */
export class PageWorkflows {
	static readonly key = 'the key of the page';
	static readonly password = 'contraseña ✓';
	items: HistoryItem[] = [];
	/** What the replay answers, and what happens before. */
	replay: () => object | Promise<object> = () => ({
		outcome: 'replayed',
		message: '',
		execution: '9',
	});
	/** n8n's answer to everything instead; undefined: as it should be. */
	failing: number | undefined;
	readonly asked: Array<{ path: string; body: Record<string, unknown> }> = [];
	readonly #server: Server = createServer((request, response) => {
		void this.#answer(request).then(([status, body]) => {
			response.writeHead(status, { 'content-type': 'application/json' });
			response.end(JSON.stringify(body));
		});
	});

	static async start(): Promise<PageWorkflows> {
		const started = new PageWorkflows();
		await new Promise<void>((resolve) => started.#server.listen(0, '127.0.0.1', resolve));
		return started;
	}

	get addresses(): Required<N8nAddresses> {
		const { port } = this.#server.address() as AddressInfo;
		const url = `http://127.0.0.1:${port}`;
		return { history: { url: `${url}/history`, key: PageWorkflows.key }, replay: `${url}/replay` };
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	async #answer(request: IncomingMessage): Promise<[status: number, body: object]> {
		let text = '';
		for await (const chunk of request) text += String(chunk);
		const path = request.url ?? '';
		this.asked.push({ path, body: JSON.parse(text) as Record<string, unknown> });
		if (this.failing !== undefined) return [this.failing, {}];
		if (path === '/history') {
			if (request.headers['x-live-page-key'] !== PageWorkflows.key) return [403, {}];
			return [200, this.items.length === 0 ? [{}] : this.items];
		}
		const [, encoded = ''] = request.headers.authorization?.split(' ') ?? [];
		const given = Buffer.from(encoded, 'base64').toString();
		if (given !== `live-page:${PageWorkflows.password}`) return [403, {}];
		return [200, await this.replay()];
	}
}
