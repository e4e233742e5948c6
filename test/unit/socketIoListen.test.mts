import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	SocketIoError,
	type SocketIoErrorKind,
	connectFailure,
	endFailure,
} from '../../lib/realtime/socketIo/failure.ts';
import { carriedEnvelope } from '../../lib/event/envelope.ts';
import { eventIdAt } from '../../lib/realtime/receivedMessage.ts';
import { plainArguments } from '../../lib/realtime/socketIo/source.ts';
import { Offsets, Recovery } from '../../lib/realtime/socketIo/recovery.ts';

describe('the recovery offset', () => {
	const now = Date.parse('2026-11-29T06:00:00Z');
	/** As `yeast()` of socket.io-adapter writes it. */
	const yeast = (time: number) => {
		const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_';
		let text = '';
		for (let rest = time; rest > 0; rest = Math.floor(rest / 64)) text = digits[rest % 64] + text;
		return text;
	};
	const mongo = (time: number) => `${Math.floor(time / 1000).toString(16)}65f1c0ffee65f1c0`;
	const take = (args: unknown[], since = now) => new Offsets(since).take(args, now);

	it.each([
		yeast(now),
		`${yeast(now)}.0`,
		`${yeast(now)}.1z`,
		yeast(now - 240_000),
		`${now}-0`,
		`${now + 240_000}-12`,
		mongo(now),
	])('is %s, which an adapter gives', (offset) => {
		expect(take([1, 'text', offset])).toEqual({ args: [1, 'text'], offset });
		expect(take([offset])).toEqual({ args: [], offset });
	});

	it.each([
		'delivered',
		'Payment',
		'pending',
		'cancelled_by_customer',
		'12345678',
		'PQ8Xf3a',
		yeast(now - 600_000),
		yeast(now + 600_000),
		`${now - 600_000}-0`,
		'1735689600000-0',
		`${now}`,
		'65f1c0ffee65f1c0ffee65f1',
		mongo(now).toUpperCase(),
		'short',
		'a text of its own',
		'',
		{ a: 1 },
		7,
		null,
	])('is not %j', (last) =>
		expect(take([1, last])).toEqual({ args: [1, last], offset: undefined }),
	);

	it('may be as old as what a session that is taken up again has missed', () => {
		const old = yeast(now - 7_200_000);
		expect(take([1, old])).toEqual({ args: [1, old], offset: undefined });
		expect(take([1, old], now - 7_300_000)).toEqual({ args: [1], offset: old });
	});

	it.each([yeast, (time: number) => `${time}-3`, mongo])(
		'is recent where a connection has stood for long, and older only right after it was opened',
		(offsetOf) => {
			const opened = now - 7_200_000;
			const old = offsetOf(now - 3_600_000);
			const offsets = new Offsets(opened - 60_000, undefined, opened);
			const missed = offsetOf(opened - 50_000);
			expect(offsets.take([1, missed], opened + 1_000).offset).toBe(missed);
			expect(offsets.take([1, old], now)).toEqual({ args: [1, old], offset: undefined });
			const late = offsetOf(now - 600_000);
			expect(offsets.take([1, late], now).offset).toBe(late);
		},
	);

	it('is of one adapter: beside times in base 64, an id of MongoDB is an argument', () => {
		const offsets = new Offsets(now);
		expect(offsets.take([mongo(now)], now).offset).toBe(mongo(now));
		expect(offsets.take([yeast(now)], now).offset).toBe(yeast(now));
		for (const own of [mongo(now), `${now}-0`]) {
			expect(offsets.take([own], now)).toEqual({ args: [own], offset: undefined });
		}
	});

	it('is of one adapter: beside ids of Redis streams, an id of MongoDB is an argument', () => {
		const offsets = new Offsets(now);
		expect(offsets.take([`${now}-0`], now).offset).toBe(`${now}-0`);
		expect(offsets.take([mongo(now)], now)).toEqual({ args: [mongo(now)], offset: undefined });
		expect(offsets.take([`${now}-1`], now).offset).toBe(`${now}-1`);
	});

	it.each([yeast(now - 5_000), `${now - 5_000}-3`])(
		'is of the adapter that gave %s before the connection was lost',
		(before) => {
			const own = mongo(now);
			const offsets = new Offsets(now, before);
			expect(offsets.take([own], now)).toEqual({ args: [own], offset: undefined });
			expect(offsets.take([before], now).offset).toBe(before);
		},
	);
});

describe('Recovery', () => {
	const cursor = (pid: string, offset: string, at: number) => JSON.stringify({ pid, offset, at });

	it('goes on from the stored event while the server has it, else from the newest', () => {
		const recovery = new Recovery();
		const stored = recovery.received({ pid: 'p', offset: 'a', at: 1_000 });
		recovery.received({ pid: 'p', offset: 'b', at: 2_000 });
		expect(recovery.point(stored, 61_000)?.offset).toBe('a');
		expect(recovery.point(stored, 61_001)?.offset).toBe('b');
		expect(recovery.point(undefined, 3_000)?.offset).toBe('b');
		expect(recovery.point(cursor('older session', 'z', 2_000), 3_000)?.offset).toBe('b');
	});

	it('goes on from the stored event after a restart, however old', () => {
		expect(new Recovery().point(cursor('p', 'a', 1), 1e12)).toEqual({
			pid: 'p',
			offset: 'a',
			at: 1,
		});
	});

	it.each([undefined, '', '1735-0', '{}', 'null', '"p"', '{"pid":1,"offset":"a","at":1}'])(
		'ignores the cursor %j, which is of another transport',
		(text) => expect(new Recovery().point(text, 0)).toBeUndefined(),
	);

	it('does not take up again a session that is over', () => {
		const recovery = new Recovery();
		const stored = recovery.received({ pid: 'p', offset: 'a', at: 1 });
		recovery.forget('p');
		expect(recovery.point(stored, 2)).toBeUndefined();
		expect(recovery.point(cursor('q', 'b', 1), 2)?.pid).toBe('q');
	});
});

describe('plainArguments', () => {
	it('turns every kind of binary data into base64', () => {
		const bytes = Uint8Array.from([1, 2, 3]);
		const shown = { bytes: 3, base64: 'AQID' };
		const given = [Buffer.from(bytes), bytes, bytes.buffer, [{ a: bytes }], bytes.subarray(1, 2)];
		const expected = [shown, shown, shown, [{ a: shown }], { bytes: 1, base64: 'Ag==' }];
		expect(plainArguments(given)).toEqual(expected);
	});

	it('keeps 4 MiB of it in one event', () => {
		const half = Buffer.alloc(2 * 1024 * 1024);
		const kept = plainArguments([half, half, Buffer.from('x')]) as Array<{ base64: string | null }>;
		expect(kept.map(({ base64 }) => base64 === null)).toEqual([false, false, true]);
	});

	it('bounds the depth, where anything else would overflow', () => {
		const nested: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
		expect(JSON.stringify(plainArguments([nested]))).toContain('[nested too deeply]');
	});

	it('changes nothing else', () => {
		fc.assert(
			fc.property(fc.array(fc.jsonValue({ maxDepth: 5 })), (args) => {
				expect(JSON.stringify(plainArguments(args))).toBe(JSON.stringify(args));
			}),
		);
	});
});

describe('what is refused for good', () => {
	const failure = (kind: SocketIoErrorKind, worked: boolean, status?: number) =>
		connectFailure(new SocketIoError(kind, 'm', 'd', { status }), worked).permanent;

	it.each<[SocketIoErrorKind, boolean, boolean, number?]>([
		// kind, at the first connection, after one that worked
		['refused', true, true],
		['namespace', true, true],
		['settings', true, true],
		['tls', true, false],
		['notSocketIo', true, false, 404],
		['notSocketIo', true, false, 400],
		['notSocketIo', false, false, 429],
		['notSocketIo', false, false, 502],
		['unreachable', false, false],
		['handshakeTimeout', false, false],
		['closed', false, false],
	])('%s: %s at first, %s later (status %s)', (kind, first, later, status) => {
		expect([failure(kind, false, status), failure(kind, true, status)]).toEqual([first, later]);
	});

	it('takes what it does not know for passing', () => {
		expect(connectFailure(new Error('odd'), false)).toMatchObject({
			message: 'odd',
			permanent: false,
		});
	});

	it.each([
		['io server disconnect', 'ended the connection'],
		['ping timeout', 'not even its heartbeat'],
		['transport close', 'was lost (transport close)'],
	])('an end by %s passes', (reason, words) => {
		const { message, permanent } = endFailure('http://h', reason, undefined, 1024 * 1024);
		expect([message, permanent]).toEqual([expect.stringContaining(words), false]);
	});
});

describe('what identifies an event', () => {
	const at = new Date(0);
	const envelope = { specversion: '1.0', id: '1', source: '/s', type: 't' };

	it.each([
		[
			{ ...envelope, time: '2026-11-07T12:21:58Z', data: { a: 1, raw: 'r' } },
			'r',
			{ a: 1, raw: 'r' },
		],
		[{ ...envelope, data: [1] }, undefined, { payload: [1] }],
		[envelope, undefined, {}],
	])('is its own envelope: %j', (payload, raw, data) => {
		expect(carriedEnvelope(payload, at)).toMatchObject({
			id: '1',
			source: '/s',
			type: 't',
			dedupeKey: '/s|1',
			data,
			raw: raw ?? payload,
		});
	});

	it.each([
		null,
		'text',
		[envelope],
		{ ...envelope, specversion: '0.3' },
		{ ...envelope, id: '' },
		{ ...envelope, source: 1 },
		{ ...envelope, type: undefined },
	])('is no envelope: %j', (payload) => expect(carriedEnvelope(payload, at)).toBeUndefined());

	it('has the time of receipt where the envelope has none that can be read', () => {
		expect(carriedEnvelope({ ...envelope, time: 'soon' }, at)?.time).toEqual(at);
	});

	it.each([
		['id', { id: 7 }, '7'],
		['a.b', { 'a.b': 'own', a: { b: 'inner' } }, 'own'],
		['a.b', { a: { b: 'inner' } }, 'inner'],
		['list.0.id', { list: [{ id: 'x' }] }, 'x'],
		['', { '': 'x' }, undefined],
		['id', { id: '' }, undefined],
		['id', { id: { a: 1 } }, undefined],
		['length', 'text', undefined],
		['constructor.name', {}, undefined],
		['a.b.c', { a: null }, undefined],
	])('field %s of %j', (path, payload, id) => expect(eventIdAt(payload, path)).toBe(id));
});
