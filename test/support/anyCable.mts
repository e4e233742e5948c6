import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ServerSocket } from './webSocketServer.mts';

/** A message of a stream, as its history keeps it. */
interface Entry {
	readonly offset: number;
	readonly data: unknown;
	/** Unix seconds. */
	readonly at: number;
}

interface Session {
	readonly socket: ServerSocket;
	readonly protocol: string;
	/** Identifier to the stream that it gets. */
	readonly subscriptions: Map<string, string>;
}

interface History {
	since?: number;
	streams?: Record<string, { offset: number; epoch: string }>;
}

/** A command as a client sent it. */
export interface Command {
	readonly command: string;
	readonly identifier?: string;
	readonly history?: History;
}

const PROTOCOLS = ['actioncable-v1-json', 'actioncable-v1-ext-json'];

/**
 * A stand-in for AnyCable with its in-memory broker, written from its documentation
 * (docs.anycable.io: Action Cable protocol, reliable streams, broadcasting) and from what its
 * broker/memory.go and broadcast/http.go do. A channel `X` gets the stream of its parameter
 * `stream`.
 */
export class AnyCableStandIn {
	readonly commands: Command[] = [];
	/** Requests to `/_broadcast`, and what they were answered. */
	readonly broadcasts: Array<{ status: number; publications: unknown }> = [];
	/** Statuses to answer to the next requests to `/_broadcast`, before anything is done. */
	readonly faults: number[] = [];
	readonly key: string;
	/** Channels that are rejected, and those that get no answer. */
	readonly rejected = new Set<string>();
	readonly silent = new Set<string>();
	/** False: the broker is off, and each history request is rejected. */
	keepsHistory = true;
	/** Seconds that the server's clock is ahead. */
	clockAhead = 0;
	historyLimit = 100;
	/** What is said instead of the welcome. */
	goodbye: Record<string, unknown> | undefined;
	/** Whether the welcome is said before it, in the same packet. */
	welcomesBeforeGoodbye = false;

	private epoch = 'ep-1';
	private readonly streams = new Map<string, { entries: Entry[]; offset: number }>();
	private readonly sessions = new Set<Session>();
	private readonly pings: NodeJS.Timeout;
	private sids = 0;

	private readonly server = createServer((request, response) => void this.post(request, response));

	constructor(key = 'broadcast-key') {
		this.key = key;
		this.server.on('upgrade', (request: IncomingMessage, socket: Duplex) =>
			this.connect(request, socket),
		);
		this.pings = setInterval(() => this.ping(), 500);
	}

	async start(): Promise<void> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
	}

	get port(): number {
		return (this.server.address() as AddressInfo).port;
	}

	get url(): string {
		return `ws://127.0.0.1:${this.port}/cable`;
	}

	async stop(): Promise<void> {
		clearInterval(this.pings);
		this.cut();
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** Ends all connections without a word. */
	cut(): void {
		for (const { socket } of this.sessions) socket.terminate();
		this.sessions.clear();
	}

	/** Connections that are open. */
	get open(): number {
		return this.sessions.size;
	}

	/** Connections that have subscribed to something. */
	get subscribed(): number {
		return [...this.sessions].filter(({ subscriptions }) => subscriptions.size > 0).length;
	}

	/** Says goodbye to all. */
	disconnect(goodbye: Record<string, unknown>): void {
		for (const session of this.sessions) this.send(session, { type: 'disconnect', ...goodbye });
		this.cut();
	}

	/** As after a restart of the in-memory broker: histories are gone. */
	forget(): void {
		this.epoch = `ep-${Number(this.epoch.slice(3)) + 1}`;
		this.streams.clear();
	}

	/** As when a stream was silent for ten times the history's lifetime: its numbers begin anew. */
	renumber(stream: string): void {
		this.streams.delete(stream);
	}

	ping(): void {
		for (const session of this.sessions) {
			this.send(session, { type: 'ping', message: this.now() });
		}
	}

	publish(stream: string, data: unknown): void {
		const known = this.streams.get(stream) ?? { entries: [], offset: 0 };
		this.streams.set(stream, known);
		known.offset += 1;
		const entry = { offset: known.offset, data, at: this.now() };
		known.entries.push(entry);
		if (known.entries.length > this.historyLimit) known.entries.shift();
		for (const session of this.sessions) {
			for (const [identifier, subscribed] of session.subscriptions) {
				if (subscribed === stream) this.sendEntry(session, identifier, stream, entry);
			}
		}
	}

	private now(): number {
		return Math.floor(Date.now() / 1000) + this.clockAhead;
	}

	private connect(request: IncomingMessage, stream: Duplex): void {
		const offered = String(request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
		const protocol = offered.find((one) => PROTOCOLS.includes(one));
		const socket = new ServerSocket(request, stream, protocol);
		const session = { socket, protocol: protocol ?? '', subscriptions: new Map<string, string>() };
		this.sessions.add(session);
		socket.onClose = () => this.sessions.delete(session);
		if (protocol === undefined) return;
		this.sids += 1;
		const welcome = { type: 'welcome', sid: `sid-${this.sids}` };
		if (this.goodbye !== undefined) {
			const goodbye = { type: 'disconnect', ...this.goodbye };
			this.send(session, ...(this.welcomesBeforeGoodbye ? [welcome, goodbye] : [goodbye]));
			socket.terminate();
			return;
		}
		this.send(session, welcome);
		socket.onText = (text) => this.received(session, JSON.parse(text) as Command);
	}

	private received(session: Session, command: Command): void {
		this.commands.push(command);
		const { identifier = '', history } = command;
		if (command.command === 'history') this.sendHistory(session, identifier, history ?? {});
		if (command.command !== 'subscribe') return;
		const { channel, stream } = JSON.parse(identifier) as { channel: string; stream?: string };
		if (this.silent.has(channel)) return;
		if (this.rejected.has(channel)) {
			this.send(session, { type: 'reject_subscription', identifier });
			return;
		}
		session.subscriptions.set(identifier, stream ?? channel);
		this.send(session, { type: 'confirm_subscription', identifier });
		if (history !== undefined) this.sendHistory(session, identifier, history);
	}

	private sendHistory(session: Session, identifier: string, { since, streams }: History): void {
		if (session.protocol !== 'actioncable-v1-ext-json') return;
		const stream = session.subscriptions.get(identifier) ?? '';
		const entries = this.entries(stream, streams?.[stream], since);
		for (const entry of entries ?? []) this.sendEntry(session, identifier, stream, entry);
		const type = entries === undefined ? 'reject_history' : 'confirm_history';
		this.send(session, { type, identifier });
	}

	/** @returns undefined where it does not have all that is asked for */
	private entries(
		stream: string,
		from: { offset: number; epoch: string } | undefined,
		since: number | undefined,
	): Entry[] | undefined {
		if (!this.keepsHistory) return undefined;
		const known = this.streams.get(stream);
		if (from === undefined)
			return known?.entries.filter(({ at }) => at >= (since ?? Infinity)) ?? [];
		const lowest = known?.entries[0]?.offset;
		if (from.epoch !== this.epoch || known === undefined || lowest === undefined) return undefined;
		if (lowest > from.offset || from.offset > known.offset) return undefined;
		return known.entries.filter(({ offset }) => offset > from.offset);
	}

	private sendEntry(session: Session, identifier: string, stream: string, entry: Entry): void {
		const place = { stream_id: stream, epoch: this.epoch, offset: entry.offset };
		const extended = session.protocol === 'actioncable-v1-ext-json' && this.keepsHistory;
		this.send(session, { identifier, message: entry.data, ...(extended ? place : {}) });
	}

	/** Sends a message to all who subscribed, its JSON as it is written here. */
	say(json: string): void {
		for (const { socket, subscriptions } of this.sessions) {
			for (const identifier of subscriptions.keys()) {
				socket.send(`{"identifier":${JSON.stringify(identifier)},"message":${json}}`);
			}
		}
	}

	/** Any text to all. */
	sayRaw(text: string): void {
		for (const { socket } of this.sessions) socket.send(text);
	}

	private send({ socket }: Session, ...frames: object[]): void {
		socket.send(...frames.map((frame) => JSON.stringify(frame)));
	}

	private async post(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const { status, publications } = this.answer(request, Buffer.concat(chunks).toString());
		this.broadcasts.push({ status, publications });
		response.writeHead(status).end();
	}

	private answer(request: IncomingMessage, body: string) {
		const fault = this.faults.shift();
		if (fault !== undefined) return { status: fault, publications: undefined };
		if (request.url !== '/_broadcast') return { status: 404, publications: undefined };
		if (request.method !== 'POST') return { status: 422, publications: undefined };
		if (this.key !== '' && request.headers.authorization !== `Bearer ${this.key}`) {
			return { status: 401, publications: undefined };
		}
		const parsed = JSON.parse(body) as unknown;
		const publications = Array.isArray(parsed) ? parsed : [parsed];
		for (const { stream, data } of publications as Array<{ stream: unknown; data: unknown }>) {
			if (typeof stream !== 'string' || typeof data !== 'string') {
				return { status: 501, publications };
			}
			this.publish(stream, JSON.parse(data));
		}
		return { status: 201, publications };
	}
}
