import type { Socket } from 'node:net';
import { buildConnector } from 'undici';

/** An open connection that waits for its request longer than this is closed: servers close what is idle. */
const SPARE_MS = 1_000;

type Options = buildConnector.Options;
type Connector = buildConnector.connector;
type Callback = buildConnector.Callback;

const ENDINGS = ['error', 'end', 'close'] as const;

/** A connection that is opened before anybody asked for it. */
class Spare {
	private socket: Socket | undefined;

	private taker: Callback | undefined;

	private timer: NodeJS.Timeout | undefined;

	private isOver = false;

	/** @param unused is called, at most once, where it ended before anybody asked for it */
	constructor(
		connect: Connector,
		options: Options,
		private readonly unused: () => void,
	) {
		connect(options, (...opened) => {
			const [error, socket] = opened;
			if (this.taker !== undefined) this.taker(...opened);
			else if (error !== null) this.discard();
			else if (this.isOver) socket.on('error', ignore).destroy();
			else this.hold(socket);
		});
	}

	/** Gives the connection away, as soon as it is open. @returns false where it has ended */
	giveTo(taker: Callback): boolean {
		const { socket, isOver } = this;
		if (isOver) return false;
		this.end();
		if (socket === undefined) {
			this.taker = taker;
			return true;
		}
		for (const ending of ENDINGS) socket.removeListener(ending, this.discard);
		// undici sends nothing over a connection that it gets while it asks for one.
		queueMicrotask(() => taker(null, socket));
		return true;
	}

	readonly discard = (): void => {
		if (this.isOver) return;
		this.end();
		this.socket?.on('error', ignore).destroy();
		this.unused();
	};

	private hold(socket: Socket): void {
		this.socket = socket;
		for (const ending of ENDINGS) socket.once(ending, this.discard);
		this.timer = setTimeout(this.discard, SPARE_MS).unref();
	}

	private end(): void {
		this.isOver = true;
		clearTimeout(this.timer);
	}
}

/**
 * Connects to one server, and opens the next connection while a request is under way, for a server that
 * closes each with its answer: TCP and TLS are over by the time of the next request, which would have
 * waited for them.
 */
export class ConnectAhead {
	private readonly base: Connector;

	private spare: Spare | undefined;

	/** What undici asked for last; it is the same each time. */
	private asked: Options | undefined;

	private closed = false;

	/** @param options as undici's own connector has them */
	constructor(options: buildConnector.BuildOptions) {
		this.base = buildConnector(options);
	}

	/** For undici, as the option `connect` of a pool. */
	readonly connect: Connector = (options, callback) => {
		this.asked = options;
		const { spare } = this;
		this.spare = undefined;
		if (spare?.giveTo(callback) !== true) this.base(options, callback);
	};

	/** The next request will need a connection of its own. Before the first one had one, nothing happens. */
	openAhead(): void {
		if (this.closed || this.asked === undefined || this.spare !== undefined) return;
		const spare = new Spare(this.base, this.asked, () => {
			if (this.spare === spare) this.spare = undefined;
		});
		this.spare = spare;
	}

	close(): void {
		this.closed = true;
		this.spare?.discard();
	}
}

function ignore(): void {}
