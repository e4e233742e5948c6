import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the tests sign with; long enough for Inbox Hub's rule of 16 to 255 characters. */
export const SECRET = 'current-secret-0123456789';
export const PREVIOUS_SECRET = 'previous-secret-0123456789';

/** A body of shape A, the one of the real traffic. */
export function receivedMessage(overrides: Record<string, unknown> = {}): Record<string, unknown> {
	return {
		event: 'message.received',
		data: {
			sessionId: 'sales_1',
			session_db_id: 93,
			message: {
				whatsappMessageId: `3EB0${randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase()}`,
				content: 'Hola',
				chatId: '34600000000@s.whatsapp.net',
				from: '34600000000@s.whatsapp.net',
				to: '34911111111',
				timestamp: 1762518118,
				type: 'text',
				has_attachment: false,
				media: null,
				...overrides,
			},
		},
	};
}

/** `sha256=<hex HMAC-SHA256>` over the bytes, as Inbox Hub sends it. */
export function sign(body: Buffer | string, secret = SECRET): string {
	return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

export interface Answer {
	readonly status: number;
	readonly json: unknown;
	readonly headers: Headers;
}

/** Posts a body as Inbox Hub does: JSON, signed over its bytes. */
export async function deliver(
	url: string,
	body: unknown,
	headers: Record<string, string> = {},
): Promise<Answer> {
	const bytes = typeof body === 'string' ? body : JSON.stringify(body);
	return await post(url, bytes, { 'x-webhook-signature': sign(bytes), ...headers });
}

/** Posts bytes with just the headers given. */
export async function post(
	url: string,
	body: string | Buffer,
	headers: Record<string, string> = {},
): Promise<Answer> {
	const response = await fetch(url, {
		method: 'POST',
		body: typeof body === 'string' ? body : new Uint8Array(body),
		headers: { 'content-type': 'application/json', ...headers },
	});
	const text = await response.text();
	return { status: response.status, json: parse(text), headers: response.headers };
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** One session as the API tells it. */
export interface StandInSession {
	id: number;
	sessionId: string;
	sessionName: string;
	status: string;
	webhookUrl: string | null;
	webhookSecret: string | null;
}

export interface StandInCall {
	readonly method: string;
	readonly path: string;
	readonly apiKey: string | undefined;
	readonly body: unknown;
}

/**
 * A local stand-in for the part of Inbox Hub's API that registration needs, written from what its
 * public client and documents say: `GET /api/sessions`, `GET /api/sessions/{id}`,
 * `PUT /api/sessions/{id}/webhook`, `GET /health`, header `X-API-Key`.
 */
export class InboxHubStandIn {
	readonly apiKey = 'stand-in-api-key';

	readonly calls: StandInCall[] = [];

	/** Messages of each session by its text id, the newest last, as `GET /api/messages/{sessionId}` tells them. */
	readonly messages = new Map<string, Array<Record<string, unknown>>>();

	/** Answers to give before the real ones, first in first out. */
	readonly faults: Array<{ status: number; headers?: Record<string, string>; body?: unknown }> = [];

	/** Fewer messages a page than are asked for. */
	messagesPerPage: number | undefined;

	/** The most requests that were under way at the same time. */
	mostAtOnce = 0;

	#underWay = 0;

	/** Whether sessions are told with their secret; the documents do not say. */
	tellsSecrets = true;

	readonly sessions: StandInSession[];

	constructor(sessions: StandInSession[]) {
		this.sessions = sessions;
	}

	readonly #server = createServer((request, response) => void this.#answer(request, response));

	async start(): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		this.#underWay += 1;
		this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay);
		response.once('close', () => (this.#underWay -= 1));
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const text = Buffer.concat(chunks).toString();
		const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
		const apiKey = request.headers['x-api-key'];
		const call: StandInCall = {
			method: request.method ?? '',
			path: pathname,
			apiKey: Array.isArray(apiKey) ? apiKey[0] : apiKey,
			body: text === '' ? undefined : JSON.parse(text),
		};
		this.calls.push(call);
		const send = (status: number, body: unknown, headers: Record<string, string> = {}) => {
			response.writeHead(status, { 'content-type': 'application/json', ...headers });
			response.end(JSON.stringify(body));
		};
		const fault = this.faults.shift();
		if (fault !== undefined) return send(fault.status, fault.body ?? {}, fault.headers);
		if (call.apiKey !== this.apiKey) {
			return send(401, { success: false, error: 'API key required', code: 'MISSING_API_KEY' });
		}
		if (pathname === '/api/sessions') {
			const limit = Number(searchParams.get('limit') ?? 20);
			const page = Number(searchParams.get('page') ?? 1);
			const sessions = this.sessions.slice((page - 1) * limit, page * limit);
			const total = this.sessions.length;
			const pagination = { total, page, limit, pages: Math.ceil(total / limit) };
			return send(200, { success: true, data: { sessions, pagination } });
		}
		const [, textId] = /^\/api\/messages\/([^/]+)$/.exec(pathname) ?? [];
		if (textId !== undefined && call.method === 'GET') {
			return send(200, { success: true, data: this.#messagePage(textId, searchParams) });
		}
		const [, id, rest] = /^\/api\/sessions\/([^/]+)(\/webhook)?$/.exec(pathname) ?? [];
		const session = this.sessions.find((one) => String(one.id) === id || one.sessionId === id);
		if (session === undefined) {
			return send(404, { success: false, error: 'Session not found', code: 'SESSION_NOT_FOUND' });
		}
		if (call.method === 'GET' && rest === undefined) {
			const { webhookSecret, ...shown } = session;
			return send(200, {
				success: true,
				data: this.tellsSecrets ? { ...shown, webhookSecret } : shown,
			});
		}
		if (call.method === 'PUT' && rest !== undefined) {
			const { webhookUrl, webhookSecret } = call.body as Partial<StandInSession>;
			if (webhookUrl !== undefined) session.webhookUrl = webhookUrl;
			if (webhookSecret !== undefined) session.webhookSecret = webhookSecret;
			return send(200, { success: true });
		}
		send(405, { success: false, error: 'Method not allowed' });
	}

	/** Newest first, as its public documents say: filters `fromMe`, `startDate`, at most 100 a page. */
	#messagePage(sessionId: string, query: URLSearchParams) {
		const since = Date.parse(query.get('startDate') ?? '1970-01-01');
		const fromMe = query.get('fromMe');
		const all = (this.messages.get(sessionId) ?? [])
			.filter((message) => fromMe === null || String(message.fromMe) === fromMe)
			.filter(({ timestamp }) => Date.parse(String(timestamp)) >= since)
			.reverse();
		const limit = Math.min(100, this.messagesPerPage ?? Number(query.get('limit') ?? 50));
		const page = Number(query.get('page') ?? 1);
		const messages = all.slice((page - 1) * limit, page * limit);
		const pagination = { total: all.length, page, limit, pages: Math.ceil(all.length / limit) };
		return { messages, pagination };
	}
}
