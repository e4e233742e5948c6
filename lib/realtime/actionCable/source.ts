import type { LookupFunction } from 'node:net';
import {
	FrameGuard,
	type ConnectOptions,
	type RealtimeConnection,
	type RealtimeSink,
	type RealtimeSource,
} from '../source';
import { originOf } from '../../net/webSocket';
import { CableAttempt, type HistoryStart } from './connectionAttempt';
import { openCable, type CableLink } from './link';
import type { CableSettings } from './settings';
import { channelLabel, type CableChannel } from './channels';
import { handshakeFailure, rejected, unanswered } from './failure';
import { ServerClock } from './frame';
import { StreamPositions } from './positions';
import type { Subscribed } from './subscribing';

/** What is listened to, and how. */
export interface CableSourceOptions {
	readonly settings: CableSettings;
	readonly channels: readonly CableChannel[];
	/** Whether AnyCable's extended protocol is offered to the server. */
	readonly extended: boolean;
	/** Milliseconds for the handshake, for the welcome, and for the answers to subscriptions. */
	readonly limitMs: number;
	/** Milliseconds without any frame after which the connection counts as dead. */
	readonly staleMs: number;
	/** Dotted path of the identity in payloads, empty for none. */
	readonly eventIdField: string;
	/** Asks the network policy before each connection. */
	readonly egress: (origin: string) => Promise<LookupFunction | undefined>;
}

/** Action Cable channels of one server. */
export class CableSource implements RealtimeSource {
	readonly name: string;

	private connectedBefore = false;

	private readonly clock = new ServerClock();

	private readonly guard = new FrameGuard();

	/** When the very first connection began, in milliseconds: while no cursor is kept. */
	private beganAt: number | undefined;

	constructor(private readonly options: CableSourceOptions) {
		const channels = options.channels.map(channelLabel).join(', ');
		this.name = `Action Cable ${channels} at ${options.settings.host}`;
	}

	async connect(sink: RealtimeSink, connect: ConnectOptions): Promise<RealtimeConnection> {
		const { settings, channels, limitMs, eventIdField } = this.options;
		const { signal, cursor, since } = connect;
		const { clock } = this;
		const attempt = new CableAttempt(channels, { host: settings.host, eventIdField, clock, sink });
		let connected = false;
		try {
			const link = await this.open(attempt, sink, signal);
			const history = link.extended ? this.history(cursor, since) : undefined;
			const outcome = await attempt.subscribe(link, history, { limitMs, signal });
			this.judge(outcome, sink);
			const connection = attempt.start(outcome);
			connected = true;
			this.connectedBefore = true;
			return connection;
		} finally {
			if (!connected) attempt.close();
		}
	}

	private async open(
		attempt: CableAttempt,
		sink: RealtimeSink,
		signal: AbortSignal,
	): Promise<CableLink> {
		const { settings, extended, limitMs, staleMs, egress } = this.options;
		const lookup = await egress(originOf(settings.url));
		try {
			const warn = (problem: string) => sink.warn(problem);
			const guarded = (read: () => void) => this.guard.read(read, warn);
			const options = { extended, lookup, limitMs, staleMs, signal, clock: this.clock, guarded };
			return await openCable(settings, options, attempt);
		} catch (error) {
			throw handshakeFailure(error, settings, this.connectedBefore);
		}
	}

	private history(cursor: string | undefined, since: Date | undefined): HistoryStart {
		const { host } = this.options.settings;
		const kept = cursor === undefined ? undefined : StreamPositions.read(cursor, host);
		if (kept !== undefined) return { positions: kept, wanted: true };
		this.beganAt ??= since?.getTime();
		const wanted = this.beganAt !== undefined;
		this.beganAt ??= Date.now();
		return { positions: StreamPositions.from(host, this.clock.at(this.beganAt)), wanted };
	}

	/** @throws {RealtimeFailure} where this is not what the user wants to listen to */
	private judge(
		{ rejected: refused, confirmed, unanswered: silent }: Subscribed,
		sink: RealtimeSink,
	) {
		const { settings, limitMs } = this.options;
		const { host } = settings;
		const first = !this.connectedBefore;
		if (refused.length > 0) {
			const failure = rejected(refused, host, true);
			if (first || confirmed.length + silent.length === 0) throw failure;
			sink.warn(`${failure.message}. ${failure.description ?? ''}`);
		}
		if (silent.length > 0) throw unanswered(silent, { host, limitMs, permanent: first });
	}
}
