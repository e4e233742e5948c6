import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a client of the server shows. */
export const NOTIFIER_TOKEN = '17|sanctum-token-that-must-not-be-shown';

/** That of the other user of the same shop, whose number is 4. */
export const OTHER_NOTIFIER_TOKEN = '18|another-token-that-must-not-be-shown';

/** A record as the server keeps and broadcasts it. */
export type NotifierRecordBody = Record<string, unknown> & { id: number };

/**
 * A stand-in of Yape Notifier's Laravel server, written from its sources: `GET /api/notifications` as
 * Laravel's paginator, newest first, with nobody's records but those of the token's user; `GET /api/me`;
 * and `/broadcasting/auth`, which is where Laravel really has it.
 *
 * @see https://github.com/camiloreynaga/yape-notifier
 */
export class YapeNotifierStandIn {
	readonly records: NotifierRecordBody[] = [];
	/** Requests so far, as `<method> <path>`. */
	readonly calls: string[] = [];
	/** Answers this instead, while it is set. */
	fault: number | undefined;
	perPage = 2;
	/** Whether the route for channels looks at tokens; that of the published server has `web` only. */
	takesTokens = false;
	/** Whose token is which; each list has nobody else's records. One that is deleted is refused. */
	readonly users = new Map([
		[NOTIFIER_TOKEN, 3],
		[OTHER_NOTIFIER_TOKEN, 4],
	]);

	readonly #app: { key: string; secret: string };
	readonly #server = createServer((request, response) => void this.#answer(request, response));

	constructor(app: { key: string; secret: string }) {
		this.#app = app;
	}

	async start(): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	/**
	 * A phone has sent a notification.
	 *
	 * @param userId whose phone it is
	 * @param when @default one second after the one before, on a fixed day
	 */
	store(soles: string, payer = 'JUAN PEREZ', when?: Date, userId = 3): NotifierRecordBody {
		const id = this.records.length + 1;
		const at = (when ?? new Date(Date.UTC(2026, 0, 2, 3, 4, id))).toISOString();
		const record = {
			id,
			user_id: userId,
			commerce_id: 5,
			device_id: 9,
			source_app: 'yape',
			package_name: 'com.bcp.innovacxion.yapeapp',
			title: 'Confirmación de Pago',
			body: `Yape! ${payer} te envió un pago por S/ ${soles}`,
			amount: Number(soles).toFixed(2),
			currency: 'PEN',
			payer_name: payer,
			posted_at: at,
			received_at: at,
			status: 'pending',
			is_duplicate: false,
			created_at: at,
		};
		this.records.push(record);
		return record;
	}

	async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
		this.calls.push(`${request.method} ${pathname}`);
		const send = (status: number, body: object) => {
			response.writeHead(status, { 'content-type': 'application/json' });
			response.end(JSON.stringify(body));
		};
		if (this.fault !== undefined) return send(this.fault, { message: 'Server Error' });
		const known = ['/broadcasting/auth', '/api/me', '/api/notifications'];
		if (!known.includes(pathname)) return send(404, { message: 'Not Found' });
		if (pathname === '/broadcasting/auth' && !this.takesTokens) return send(403, { message: '' });
		const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
		const userId = this.users.get(token);
		if (userId === undefined) return send(401, { message: 'Unauthenticated.' });
		if (pathname === '/api/me') {
			return send(200, { user: { id: userId, name: 'Ana', role: 'captador', commerce_id: 5 } });
		}
		if (pathname === '/broadcasting/auth') {
			const form = new URLSearchParams(Buffer.concat(chunks).toString());
			const channel = form.get('channel_name');
			if (channel !== 'private-commerce.5') return send(403, { message: 'Forbidden' });
			const { key, secret } = this.#app;
			const signed = `${form.get('socket_id')}:${channel}`;
			const auth = `${key}:${createHmac('sha256', secret).update(signed).digest('hex')}`;
			return send(200, { auth });
		}
		const since = Date.parse(searchParams.get('start_date') ?? '1970-01-01');
		const all = this.records.filter(
			({ received_at: at, user_id: user }) => user === userId && Date.parse(String(at)) >= since,
		);
		const page = Number(searchParams.get('page') ?? 1);
		const newest = all.reverse().slice((page - 1) * this.perPage, page * this.perPage);
		send(200, {
			data: newest,
			current_page: page,
			last_page: Math.max(1, Math.ceil(all.length / this.perPage)),
			per_page: this.perPage,
			total: all.length,
		});
	}
}
