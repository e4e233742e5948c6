import { describe, expect, test } from 'vitest';
import { EventFormatter } from 'laravel-echo';
import { Backoff, Listener, type ListenerHandlers } from '../../lib/realtime/listener.ts';
import { eventSelector } from '../../lib/realtime/receivedMessage.ts';
import { RealtimeFailure } from '../../lib/net/failure.ts';
import {
	FrameGuard,
	type ConnectOptions,
	type RealtimeSink,
	type RealtimeSource,
} from '../../lib/realtime/source.ts';
import { StoredCursor } from '../../lib/realtime/storedCursor.ts';

const passing = () => new RealtimeFailure('the network is down', { retryAfterMs: 0 });
const permanent = () => new RealtimeFailure('Forbidden by the server', { permanent: true });

/** Waits nothing, so that tests need not either; notes what the server had asked for. */
class NoBackoff extends Backoff {
	readonly asked: Array<number | undefined> = [];

	override next(askedMs: number | undefined): number {
		this.asked.push(askedMs);
		return 0;
	}
}

/** A source whose connections the test makes and ends. */
class Script implements RealtimeSource {
	readonly name = 'test';

	readonly attempts: Array<{ sink: RealtimeSink; options: ConnectOptions }> = [];

	readonly #waiting: Array<() => void> = [];

	closed = 0;

	caughtUp = false;

	constructor(readonly outcomes: Array<RealtimeFailure | 'hangs' | 'connects'>) {}

	#end: (failure: RealtimeFailure) => void = () => {};

	async connect(sink: RealtimeSink, options: ConnectOptions) {
		this.attempts.push({ sink, options });
		for (const resolve of this.#waiting.splice(0)) resolve();
		const outcome = this.outcomes.shift() ?? 'connects';
		if (outcome instanceof RealtimeFailure) throw outcome;
		if (outcome === 'hangs') {
			await new Promise((_resolve, reject) => {
				options.signal.addEventListener('abort', () => reject(new Error('aborted')));
			});
		}
		const ended = new Promise<RealtimeFailure>((resolve) => (this.#end = resolve));
		return { ended, caughtUp: this.caughtUp, close: () => void (this.closed += 1) };
	}

	end(failure: RealtimeFailure): void {
		this.#end(failure);
	}

	async attempt(count: number): Promise<void> {
		while (this.attempts.length < count) {
			await new Promise<void>((resolve) => this.#waiting.push(resolve));
		}
	}
}

function listen(source: Script, handlers: Partial<ListenerHandlers> = {}) {
	const told: string[] = [];
	let resolve: (failure: RealtimeFailure) => void = () => {};
	const died = new Promise<RealtimeFailure>((done) => (resolve = done));
	const backoff = new NoBackoff();
	const listener = new Listener(
		source,
		{
			message: ({ event }) => void told.push(event.id),
			warn: (problem) => void told.push(problem),
			reconnected: ({ failure }, caughtUp) =>
				void told.push(`again ${caughtUp} ${failure.message}`),
			died: (failure) => {
				told.push(`died ${failure.message}`);
				resolve(failure);
			},
			cursor: () => undefined,
			...handlers,
		},
		backoff,
	);
	return { listener, told, died, backoff };
}

const message = (id: string) => ({
	event: {
		id,
		source: '/test',
		type: 'test.event',
		time: new Date(0),
		dedupeKey: id,
		data: {},
		raw: null,
	},
});

describe('Listener', () => {
	test('a permanent refusal at the start fails it with the server’s own words, once', async () => {
		const { listener, told } = listen(new Script([permanent()]));
		await expect(listener.start()).rejects.toThrow('Forbidden by the server');
		expect(told).toEqual([]);
	});

	test('a passing fault at the start is tried again until it connects', async () => {
		const source = new Script([passing(), passing(), passing()]);
		const { listener, told } = listen(source);
		await listener.start();
		await source.attempt(4);
		await new Promise((resolve) => setImmediate(resolve));
		expect(told).toEqual(['the network is down. Trying again.', 'again false the network is down']);
		listener.close();
	});

	test('a connection that ends comes back, and says what may be missing', async () => {
		const source = new Script([]);
		const { listener, told, backoff } = listen(source);
		await listener.start();
		source.end(new RealtimeFailure('server restart', { retryAfterMs: 250 }));
		await source.attempt(2);
		await new Promise((resolve) => setImmediate(resolve));
		expect(told).toEqual(['again false server restart']);
		expect(backoff.asked).toEqual([250]);
		source.caughtUp = true;
		source.end(passing());
		await source.attempt(3);
		await new Promise((resolve) => setImmediate(resolve));
		expect(told.at(-1)).toBe('again true the network is down');
		listener.close();
	});

	test.each([
		['when it ends', true],
		['when it comes back', false],
	])('what cannot pass %s is told once, and nothing is tried again', async (_when, atEnd) => {
		const source = new Script(['connects', permanent()]);
		const { listener, told, died } = listen(source);
		await listener.start();
		source.end(atEnd ? permanent() : passing());
		await died;
		await new Promise((resolve) => setImmediate(resolve));
		expect(told).toEqual(['died Forbidden by the server']);
		expect(source.attempts).toHaveLength(atEnd ? 1 : 2);
	});

	test('closed, it tells nothing more, whatever comes', async () => {
		const source = new Script([]);
		const { listener, told } = listen(source);
		await listener.start();
		source.attempts[0]?.sink.message(message('before'));
		listener.close();
		source.attempts[0]?.sink.message(message('after'));
		source.attempts[0]?.sink.warn('after');
		source.end(permanent());
		await new Promise((resolve) => setImmediate(resolve));
		expect(told).toEqual(['before']);
		expect(source.closed).toBe(1);
	});

	test('closing ends an attempt that hangs, and a wait', async () => {
		const source = new Script(['hangs']);
		const { listener } = listen(source);
		const started = listener.start();
		await source.attempt(1);
		listener.close();
		await expect(started).resolves.toBeUndefined();
	});

	test('each connection starts from the newest cursor', async () => {
		const source = new Script([]);
		let cursor: string | undefined;
		const { listener } = listen(source, { cursor: () => cursor });
		await listener.start();
		cursor = '17';
		source.end(passing());
		await source.attempt(2);
		expect(source.attempts.map(({ options }) => options.cursor)).toEqual([undefined, '17']);
		listener.close();
	});
});

describe('faults of whoever listens', () => {
	const broken = () => {
		throw new Error('No bridge acquired for this context');
	};

	test('an event that cannot be handed on ends nothing, and is told once', async () => {
		const source = new Script([]);
		const { listener, told } = listen(source, { message: broken });
		await listener.start();
		for (let n = 0; n < 5; n += 1) source.attempts[0]?.sink.message(message(String(n)));
		await new Promise((resolve) => setImmediate(resolve));
		expect(told).toEqual([
			'an event could not be passed to n8n: No bridge acquired for this context',
		]);
		expect(source.attempts).toHaveLength(1);
		listener.close();
	});

	test('what fails when it is connected again leaves one connection, not more', async () => {
		const source = new Script([]);
		const { listener, told } = listen(source, { reconnected: broken });
		await listener.start();
		for (let n = 2; n < 5; n += 1) {
			source.end(passing());
			await source.attempt(n);
			await new Promise((resolve) => setImmediate(resolve));
		}
		expect(source.attempts).toHaveLength(4);
		expect(told).toEqual([
			'the reconnection could not be reported: No bridge acquired for this context',
		]);
		listener.close();
		expect(source.closed).toBe(1);
	});

	test.each(['warn', 'died', 'cursor'] as const)('a fault in %s is nobody’s end', async (name) => {
		const source = new Script([passing(), 'connects', permanent()]);
		const { listener } = listen(source, { [name]: broken });
		await listener.start();
		await source.attempt(2);
		source.attempts[1]?.sink.warn('something');
		source.end(passing());
		await source.attempt(3);
		await new Promise((resolve) => setImmediate(resolve));
		expect(source.attempts).toHaveLength(3);
		listener.close();
	});
});

describe('FrameGuard', () => {
	test('drops what throws, and tells it at most once a minute with how often it came', () => {
		let now = 1_000_000;
		const guard = new FrameGuard(() => now);
		const told: string[] = [];
		const read = (frame: () => void) => guard.read(frame, (problem) => void told.push(problem));
		const odd = () => void String({ toString: 1, valueOf: 1 });
		let readable = 0;
		for (let n = 0; n < 60; n += 1) {
			read(odd);
			read(() => void (readable += 1));
			now += 1_500;
		}
		expect(readable).toBe(60);
		const words = 'the server sent data that could not be read, and it was dropped';
		const detail = '(Cannot convert object to primitive value)';
		expect(told).toEqual([
			`${words} ${detail}`,
			`${words} ${detail} (and 39 more of this kind since the last report)`,
		]);
		now -= 3_600_000;
		read(odd);
		expect(told).toHaveLength(3);
	});
});

describe('eventSelector', () => {
	const wants = (events: unknown, type: string) => eventSelector(events)(`pusher.${type}`);
	const CLASS = 'App\\Events\\OrderShipped';

	test.each([
		['.notification.created', 'notification.created'],
		['notification.created', 'notification.created'],
		['.order.*', 'order.paid'],
		[CLASS, CLASS],
		[`\\${CLASS}`, CLASS],
		[`.${CLASS}`, CLASS],
		[CLASS.replaceAll('\\', '\\\\'), CLASS],
		['App.Events.OrderShipped', CLASS],
		['OrderShipped', CLASS],
		['App\\Events\\OrderShipped::class', CLASS],
		['OrderShipped::class', CLASS],
		['Order*', CLASS],
		['Orders.Shipped', 'App\\Events\\Orders\\Shipped'],
		['Orders\\Shipped', 'App\\Events\\Orders\\Shipped'],
		['\\Modules\\Shop\\OrderShipped', 'Modules\\Shop\\OrderShipped'],
		['Modules.Shop.OrderShipped', 'Modules\\Shop\\OrderShipped'],
		['OrderShipped', 'OrderShipped'],
		['.client-typing', 'client-typing'],
		[
			'.Illuminate\\Notifications\\Events\\BroadcastNotificationCreated',
			'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated',
		],
		['*', 'anything'],
		[['other', '.notification.created'], 'notification.created'],
		['other\n.notification.created', 'notification.created'],
		[`pusher.${CLASS}`, CLASS],
	])('%j wants the event %s', (events, name) => {
		expect(wants(events, name)).toBe(true);
	});

	test.each([
		['.OrderShipped', CLASS],
		['\\OrderShipped', CLASS],
		['OrderShipped', 'App\\Events\\OrderShippedLate'],
		['OrderShipped', 'Modules\\Shop\\OrderShipped'],
		['.created', 'notification.created'],
		['notification', 'notification.created'],
	])('%j does not want the event %s', (events, name) => {
		expect(wants(events, name)).toBe(false);
	});

	test('says the same as Laravel Echo of every name that people write', () => {
		const echo = new EventFormatter('App.Events');
		for (const name of ['OrderShipped', 'Orders.Shipped', '.notification.created', `\\${CLASS}`]) {
			expect([name, wants(name, echo.format(name))]).toEqual([name, true]);
		}
	});

	test.each([undefined, null, '', ' , \n', [], [''], [null], {}, [{}], true])(
		'%j names nothing',
		(events) => {
			expect(() => eventSelector(events)).toThrow("'Events' is");
		},
	);
});

describe('Backoff', () => {
	test('doubles from 1 to 30 seconds, with jitter of up to a half', () => {
		const longest = new Backoff(() => 0);
		expect(Array.from({ length: 7 }, () => longest.next(undefined))).toEqual([
			1000, 2000, 4000, 8000, 16000, 30000, 30000,
		]);
		const shortest = new Backoff(() => 1);
		expect(shortest.next(undefined)).toBe(500);
	});

	test('starts again after a connection that stood, not after one that fell at once', () => {
		const backoff = new Backoff(() => 0);
		backoff.next(undefined);
		backoff.ended(500);
		expect(backoff.next(undefined)).toBe(2000);
		backoff.ended(60_000);
		expect(backoff.next(undefined)).toBe(1000);
	});

	test('"at once" is granted once, so that a server cannot cause a loop', () => {
		const backoff = new Backoff(() => 0);
		expect(backoff.next(0)).toBe(0);
		expect(backoff.next(0)).toBe(2000);
	});

	test('a server may ask for more patience, but not without end', () => {
		const backoff = new Backoff(() => 0);
		expect(backoff.next(60_000)).toBe(60_000);
		expect(backoff.next(10 ** 9)).toBe(300_000);
	});
});

describe('StoredCursor', () => {
	const setUp = (start?: string) => {
		const kept: string[] = [];
		return { cursor: new StoredCursor(start, (newest) => void kept.push(newest)), kept };
	};

	test('advances only when the event and all before it are stored', () => {
		const { cursor, kept } = setUp('0');
		const [a, b, c] = ['1', '2', '3'].map((position) => cursor.handed(position));
		c?.stored();
		b?.stored();
		expect(cursor.current).toBe('0');
		a?.stored();
		expect(cursor.current).toBe('3');
		expect(kept).toEqual(['3']);
	});

	test('events without a position are waited for, but move nothing', () => {
		const { cursor } = setUp();
		const live = cursor.handed(undefined);
		cursor.handed('1').stored();
		expect(cursor.current).toBeUndefined();
		live.stored();
		expect(cursor.current).toBe('1');
	});

	test('behind what failed nothing counts until the history was asked again', () => {
		const { cursor } = setUp('0');
		const failing = cursor.handed('1');
		const later = cursor.handed('2');
		failing.failed();
		later.stored();
		cursor.handed('3').stored();
		expect(cursor.current).toBe('0');
		cursor.restart();
		cursor.handed('1').stored();
		cursor.handed('2').stored();
		expect(cursor.current).toBe('2');
	});
});
