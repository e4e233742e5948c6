import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SocketIoError, type SocketIoErrorKind } from '../../lib/connection/socketIoError.ts';
import { carriedEnvelope } from '../../lib/realtime/carriedEnvelope.ts';
import { eventIdAt } from '../../lib/realtime/receivedMessage.ts';
import { connectFailure, endFailure } from '../../lib/socketIo/listenFailure.ts';
import { plainArguments } from '../../lib/socketIo/plainArguments.ts';
import { Recovery, takeOffset } from '../../lib/socketIo/recovery.ts';

describe('takeOffset', () => {
	it.each(['PQ8Xf3a', 'PQ8Xf3a.0', 'PQ8Xf3a.1z', '1735689600000-0', '65f1c0ffee65f1c0ffee65f1'])(
		'takes %s off, which an adapter gives',
		(offset) => {
			expect(takeOffset([1, 'text', offset], true)).toEqual({ args: [1, 'text'], offset });
			expect(takeOffset([offset], true)).toEqual({ args: [], offset });
		},
	);

	it.each([[[]], [[1]], [['a text of its own']], [['añ']], [['short']], [[{ a: 1 }]], [[null]]])(
		'leaves %j as it is',
		(args) => expect(takeOffset(args, true)).toEqual({ args, offset: undefined }),
	);

	it('leaves everything as it is where the server keeps no events', () => {
		expect(takeOffset(['PQ8Xf3a'], false)).toEqual({ args: ['PQ8Xf3a'], offset: undefined });
	});
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
