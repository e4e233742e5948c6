import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import jsonwebtoken from 'jsonwebtoken';
import { post, type Answer } from './inboxHub.mts';

/** Versions that tell things in ways of their own, read in their sources. */
export type EvolutionVersion = '2.3.4' | '2.3.6' | '2.3.7' | '2.4.0';

/** The events of 2.3.4 to 2.3.7, src/api/integrations/event/event.controller.ts. */
const EVENTS = [
	'APPLICATION_STARTUP',
	'QRCODE_UPDATED',
	'MESSAGES_SET',
	'MESSAGES_UPSERT',
	'MESSAGES_EDITED',
	'MESSAGES_UPDATE',
	'MESSAGES_DELETE',
	'SEND_MESSAGE',
	'SEND_MESSAGE_UPDATE',
	'CONTACTS_SET',
	'CONTACTS_UPSERT',
	'CONTACTS_UPDATE',
	'PRESENCE_UPDATE',
	'CHATS_SET',
	'CHATS_UPSERT',
	'CHATS_UPDATE',
	'CHATS_DELETE',
	'GROUPS_UPSERT',
	'GROUP_UPDATE',
	'GROUP_PARTICIPANTS_UPDATE',
	'CONNECTION_UPDATE',
	'LABELS_EDIT',
	'LABELS_ASSOCIATION',
	'CALL',
	'TYPEBOT_START',
	'TYPEBOT_CHANGE_STATUS',
	'REMOVE_INSTANCE',
	'LOGOUT_INSTANCE',
	'INSTANCE_CREATE',
	'INSTANCE_DELETE',
	'STATUS_INSTANCE',
];

/** What a version can be subscribed to. */
export function eventsOf(version: EvolutionVersion): string[] {
	return version === '2.4.0' ? [...EVENTS, 'MESSAGING_HISTORY_SET'] : EVENTS;
}

/** A row of the server's table of webhooks. */
export interface WebhookRow {
	url: string;
	enabled: boolean;
	headers: Record<string, string> | null;
	events: string[];
	webhookByEvents: boolean;
	webhookBase64: boolean;
}

export interface EvolutionCall {
	readonly method: string;
	readonly path: string;
	readonly apiKey: string | undefined;
	readonly body: unknown;
}

interface StandInInstance {
	readonly name: string;
	readonly token: string;
	webhook: WebhookRow | null;
}

/** How the server writes the faults of a body, src/api/abstract/abstract.router.ts. */
type Refusal = { status: number; error: string; response?: { message: unknown } };

const badRequest = (message: unknown): Refusal => ({
	status: 400,
	error: 'Bad Request',
	response: { message },
});

/**
 * A local stand-in for the part of Evolution API 2.x that registration and delivery need: what its
 * sources say of `GET /`, `/instance/fetchInstances`, `/webhook/find`, `/webhook/set`, and of how
 * webhook.controller.ts delivers.
 */
export class EvolutionStandIn {
	readonly apiKey = 'stand-in-global-api-key';

	readonly calls: EvolutionCall[] = [];

	/** Answers to give before the real ones, first in first out. */
	readonly faults: Array<{ status: number; body?: unknown }> = [];

	/** Events that this version knows. */
	events: string[];

	/** How it speaks of events that it does not know; other versions may say it in another way. */
	unknownEvents = (indexes: readonly number[]): unknown => [
		indexes.map(
			(index) => `webhook.events[${index}] is not one of enum values: ${this.events.join(',')}`,
		),
	];

	readonly instances: StandInInstance[];

	constructor(
		instances: ReadonlyArray<{ name: string; webhook?: WebhookRow }>,
		readonly version: EvolutionVersion = '2.3.6',
	) {
		this.events = eventsOf(version);
		this.instances = instances.map(({ name, webhook = null }) => ({
			name,
			token: `token-of-${name}`,
			webhook,
		}));
	}

	readonly #server = createServer((request, response) => void this.#serve(request, response));

	async start(): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	instance(name: string): StandInInstance {
		const found = this.instances.find((one) => one.name === name);
		if (found === undefined) throw new Error(`the stand-in has no instance ${name}`);
		return found;
	}

	/** Requests so far that changed something. */
	writes(): EvolutionCall[] {
		return this.calls.filter(({ method }) => method === 'POST');
	}

	async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const text = Buffer.concat(chunks).toString();
		const { pathname } = new URL(request.url ?? '/', 'http://stand-in');
		const apiKey = request.headers.apikey;
		const call: EvolutionCall = {
			method: request.method ?? '',
			path: decodeURIComponent(pathname),
			apiKey: Array.isArray(apiKey) ? apiKey[0] : apiKey,
			body: text === '' ? undefined : JSON.parse(text),
		};
		this.calls.push(call);
		const { status, body } = this.faults.shift() ?? this.#answer(call);
		response.writeHead(status, { 'content-type': 'application/json' });
		response.end(JSON.stringify(body ?? {}));
	}

	#answer(call: EvolutionCall): { status: number; body?: unknown } {
		if (call.path === '/') {
			const message = 'Welcome to the Evolution API, it is working!';
			return { status: 200, body: { status: 200, message, version: this.version } };
		}
		const [, area, action, name] = call.path.split('/');
		const route = `${call.method} /${area}/${action}`;
		const instance = this.instances.find((one) => one.name === name);
		const isOwnKey = this.instances.some(
			(one) => one.token === call.apiKey && (name === undefined || one === instance),
		);
		if (call.apiKey !== this.apiKey && !isOwnKey) {
			return refused({ status: 401, error: 'Unauthorized' });
		}
		if (route === 'GET /instance/fetchInstances') {
			const seen = this.instances.filter(
				({ token }) => call.apiKey === this.apiKey || call.apiKey === token,
			);
			const body = seen.map(({ name, token }) => ({
				id: `id-of-${name}`,
				name,
				token,
				connectionStatus: 'open',
			}));
			return { status: 200, body };
		}
		if (instance === undefined) {
			const message = [`The "${name}" instance does not exist`];
			return refused({ status: 404, error: 'Not Found', response: { message } });
		}
		if (route === 'GET /webhook/find') return { status: 200, body: instance.webhook };
		if (route === 'POST /webhook/set') return this.#set(instance, call.body);
		return refused({ status: 404, error: 'Not Found' });
	}

	/** webhook.schema.ts, then webhook.controller.ts. */
	#set(instance: StandInInstance, body: unknown): { status: number; body?: unknown } {
		const { webhook } = (body ?? {}) as { webhook?: Record<string, unknown> };
		if (webhook === undefined) return refused(badRequest([['requires property "webhook"']]));
		const { enabled, url, headers, byEvents, base64, events } = webhook;
		if (typeof enabled !== 'boolean')
			return refused(badRequest([['The "enabled" cannot be empty']]));
		if (typeof url !== 'string') return refused(badRequest([['The "url" cannot be empty']]));
		if (headers !== undefined && (typeof headers !== 'object' || headers === null)) {
			return refused(badRequest([['webhook.headers is not of a type(s) object']]));
		}
		// The code reads `.length` of a list that is not there.
		if (!Array.isArray(events)) return refused({ status: 500, error: 'Internal Server Error' });
		const unknown = events.flatMap((name, index) => (this.events.includes(name) ? [] : [index]));
		if (unknown.length > 0) return refused(badRequest(this.unknownEvents(unknown)));
		if (!URL.canParse(url)) return refused(badRequest(['Invalid "url" property']));
		if (url.length > 500) return refused({ status: 500, error: 'Internal Server Error' });
		const known = events.length === 0 ? [...this.events] : (events as string[]);
		instance.webhook = {
			url,
			enabled,
			// What is left out stays as it is in the database.
			headers: (headers as Record<string, string>) ?? instance.webhook?.headers ?? null,
			events: enabled ? known : [],
			webhookByEvents: typeof byEvents === 'boolean' ? byEvents : false,
			webhookBase64: typeof base64 === 'boolean' ? base64 : false,
		};
		return { status: 201, body: instance.webhook };
	}
}

function refused(refusal: Refusal): { status: number; body: unknown } {
	return { status: refusal.status, body: refusal };
}

/** `Authorization` as webhook.controller.ts makes it of the header `jwt_key`. */
export function bearer(
	secret: string,
	{ sentAt = new Date(), claims = {} }: { sentAt?: Date; claims?: object } = {},
): string {
	const iat = Math.floor(sentAt.getTime() / 1000);
	const payload = { iat, exp: iat + 600, app: 'evolution', action: 'webhook', ...claims };
	return `Bearer ${jsonwebtoken.sign(payload, secret, { algorithm: 'HS256' })}`;
}

/** A body as the server frames it; `date_time` is local time that claims to be UTC. */
export function frameOf(event: string, data: unknown, instance = 'shop1') {
	return {
		event,
		instance,
		data,
		destination: 'https://n8n.example.com/webhook/abc',
		date_time: '2025-10-21T07:00:00.000Z',
		sender: '5511999999999@s.whatsapp.net',
		server_url: 'https://evo.example.com',
		apikey: `token-of-${instance}`,
	};
}

/** The body of a text message that came in. */
export function textMessage(id: string, text = 'Oi', instance = 'shop1') {
	const data = {
		key: { remoteJid: '551188887777@s.whatsapp.net', fromMe: false, id },
		pushName: 'Ana',
		status: 'DELIVERY_ACK',
		message: { conversation: text },
		contextInfo: null,
		messageType: 'conversation',
		messageTimestamp: 1717604327,
		instanceId: '0f7a7c2e-6f0e-4a0c-9a51-2d5c1f1f7f11',
		source: 'android',
	};
	return frameOf('messages.upsert', data, instance);
}

/** Delivers by an instance's settings, as webhook.controller.ts does. */
export async function deliverAs(
	{ url, headers, webhookByEvents }: WebhookRow,
	body: { event: string },
	{ sentAt = new Date(), version = '2.3.6' }: { sentAt?: Date; version?: EvolutionVersion } = {},
): Promise<Answer> {
	const { jwt_key: key, ...others } = headers ?? {};
	const path = webhookByEvents ? `/${body.event.replace(/[._]/g, '-')}` : '';
	const sent: Record<string, string> = { ...others };
	if (version === '2.4.0') {
		// Nobody signs these.
		sent['x-instance-id'] = '0f7a7c2e-6f0e-4a0c-9a51-2d5c1f1f7f11';
		sent['x-instance-name'] = 'shop1';
		sent['x-event-type'] = body.event;
		sent['x-timestamp'] = String(sentAt.getTime());
	}
	if (key !== undefined) sent.authorization = bearer(key, { sentAt });
	return await post(`${url}${path}`, JSON.stringify(body), sent);
}
