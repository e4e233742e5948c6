import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { post, SECRET, type Answer } from './inboxHub.mts';

/** What a body of WAHA holds around its payload. */
export interface WahaFrame {
	event?: string;
	session?: string;
	[field: string]: unknown;
}

/** A body as WAHA 2025 and newer send it. */
export function wahaBody(payload: unknown, frame: WahaFrame = {}): Record<string, unknown> {
	return {
		id: `evt_${randomUUID().replaceAll('-', '')}`,
		timestamp: 1762518119485,
		event: 'message',
		session: 'default',
		metadata: {},
		me: { id: '34911111111@c.us', pushName: 'Shop' },
		payload,
		engine: 'NOWEB',
		environment: { version: '2025.11.2', engine: 'NOWEB', tier: 'PLUS', browser: null },
		...frame,
	};
}

/** A text message that somebody sent us, as the engine NOWEB tells it. */
export function wahaMessage(
	id: string,
	payload: Record<string, unknown> = {},
	frame: WahaFrame = {},
): Record<string, unknown> {
	return wahaBody(
		{
			id: `false_34600000000@c.us_${id}`,
			timestamp: 1762518118,
			from: '34600000000@c.us',
			fromMe: false,
			source: 'app',
			body: 'Hola',
			to: null,
			participant: null,
			hasMedia: false,
			media: null,
			ack: 2,
			ackName: 'DEVICE',
			vCards: [],
			replyTo: null,
			_data: {
				key: { remoteJid: '34600000000@s.whatsapp.net', fromMe: false, id },
				messageTimestamp: 1762518118,
				pushName: 'Ana',
				message: { conversation: 'Hola' },
			},
			...payload,
		},
		frame,
	);
}

/** The headers of a delivery; a retry keeps the request id. */
export function wahaHeaders(body: Buffer | string, secret = SECRET): Record<string, string> {
	return {
		'x-webhook-request-id': randomUUID(),
		'x-webhook-timestamp': '1762518119485',
		'x-webhook-hmac': signWaha(body, secret),
		'x-webhook-hmac-algorithm': 'sha512',
	};
}

/** Hex HMAC-SHA512 over the bytes. */
export function signWaha(body: Buffer | string, secret = SECRET): string {
	return createHmac('sha512', secret).update(body).digest('hex');
}

/** Posts a body as WAHA does. */
export async function deliverWaha(
	url: string,
	body: unknown,
	headers: Record<string, string> = {},
): Promise<Answer> {
	const bytes = JSON.stringify(body);
	return await post(url, bytes, { ...wahaHeaders(bytes), ...headers });
}

/** A webhook in a session's configuration. */
export interface WahaWebhook {
	url: string;
	events: string[];
	hmac?: { key?: string | null } | null;
	retries?: object | null;
	customHeaders?: Array<{ name: string; value: string }> | null;
	[field: string]: unknown;
}

export interface WahaSession {
	name: string;
	status: string;
	config: { webhooks?: WahaWebhook[] | null; [field: string]: unknown } | null;
}

/** The events of WAHA 2025.11. */
const EVENTS = [
	...['session.status', 'message', 'message.reaction', 'message.any', 'message.ack'],
	...['message.ack.group', 'message.waiting', 'message.revoked', 'message.edited', 'state.change'],
	...['group.v2.join', 'group.v2.leave', 'group.v2.update', 'group.v2.participants'],
	...['presence.update', 'poll.vote', 'poll.vote.failed', 'chat.archive', 'call.received'],
	...['call.accepted', 'call.rejected', 'label.upsert', 'label.deleted', 'engine.event', '*'],
];

/**
 * A local stand-in for the part of WAHA's API that registration needs, written from what its documents
 * and source say: `GET /api/sessions`, `GET` and `PUT /api/sessions/{session}`, header
 * `X-Api-Key`. A change replaces the whole configuration and restarts a session that runs.
 */
export class WahaStandIn {
	readonly apiKey = 'stand-in-waha-key';

	readonly calls: Array<{ method: string; path: string; apiKey: unknown; body: unknown }> = [];

	/** Sessions that a change restarted, in order. */
	readonly restarts: string[] = [];

	/** Answers to give before the real ones, first in first out. */
	readonly faults: Array<{ status: number; body?: unknown }> = [];

	/** Names that this version of WAHA knows. */
	readonly knownEvents = new Set(EVENTS);

	/** Whether secrets are told as dots, which no version is known to do. */
	masksSecrets = false;

	/** Awaited between reading a request to change a session and making the change. */
	beforeChange: () => Promise<void> = async () => undefined;

	constructor(readonly sessions: WahaSession[]) {}

	readonly #server = createServer((request, response) => void this.#answer(request, response));

	async start(): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	/** The webhooks of a session. */
	webhooks(name = 'default'): WahaWebhook[] {
		return this.sessions.find((one) => one.name === name)?.config?.webhooks ?? [];
	}

	async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const text = Buffer.concat(chunks).toString();
		const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
		const { method = '' } = request;
		const apiKey = request.headers['x-api-key'];
		const body: unknown = text === '' ? undefined : JSON.parse(text);
		this.calls.push({ method, path: pathname, apiKey, body });
		const send = (status: number, value: unknown) => {
			response.writeHead(status, { 'content-type': 'application/json' });
			response.end(JSON.stringify(value));
		};
		const fail = (statusCode: number, message: unknown, error: string) =>
			send(statusCode, { statusCode, message, error });
		const fault = this.faults.shift();
		if (fault !== undefined) return send(fault.status, fault.body ?? {});
		if (apiKey !== this.apiKey) return send(401, { message: 'Unauthorized', statusCode: 401 });
		if (method === 'GET' && pathname === '/api/sessions') {
			const all = searchParams.get('all') === 'true';
			return send(
				200,
				this.sessions.filter(({ status }) => all || status !== 'STOPPED'),
			);
		}
		const name = /^\/api\/sessions\/([^/]+)$/.exec(pathname)?.[1];
		const session = this.sessions.find((one) => one.name === decodeURIComponent(name ?? ''));
		if (session === undefined) return fail(404, 'Session not found', 'Not Found');
		if (method === 'GET') return send(200, this.#told(session));
		if (method !== 'PUT') return fail(404, `Cannot ${method} ${pathname}`, 'Not Found');
		await this.beforeChange();
		const { config } = body as { config?: WahaSession['config'] };
		const problems = this.#problems(config?.webhooks ?? []);
		if (problems.length > 0) return fail(422, problems, 'Unprocessable Entity');
		session.config = config ?? null;
		if (session.status !== 'STOPPED') this.restarts.push(session.name);
		send(200, this.#told(session));
	}

	#told(session: WahaSession): WahaSession {
		if (!this.masksSecrets) return session;
		const webhooks = session.config?.webhooks?.map((one) =>
			one.hmac?.key ? { ...one, hmac: { key: '******' } } : one,
		);
		return { ...session, config: { ...session.config, webhooks } };
	}

	/** What WAHA's validation (class-validator) finds wrong with a list of webhooks. */
	#problems(webhooks: readonly WahaWebhook[]): string[] {
		return webhooks.flatMap(({ url, events, hmac }, index) => {
			const at = `config.webhooks.${index}`;
			return [
				...(/^https?:\/\/./.test(url) ? [] : [`${at}.url must be a URL address`]),
				...(Array.isArray(events) && events.every((event) => this.knownEvents.has(event))
					? []
					: [`each value in ${at}.events must be one of the following values: ${EVENTS.join()}`]),
				...(hmac?.key === undefined || hmac.key === null || typeof hmac.key === 'string'
					? []
					: [`${at}.hmac.key must be a string`]),
			];
		});
	}
}
