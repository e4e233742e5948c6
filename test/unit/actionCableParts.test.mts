import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	readBroadcastEndpoint,
	readCableSettings,
} from '../../lib/realtime/actionCable/settings.ts';
import { channelLabel, readChannels } from '../../lib/realtime/actionCable/channels.ts';
import { disconnected } from '../../lib/realtime/actionCable/failure.ts';
import { readFrame, ServerClock } from '../../lib/realtime/actionCable/frame.ts';
import { readMessage } from '../../lib/realtime/actionCable/connectionAttempt.ts';
import { StreamPositions } from '../../lib/realtime/actionCable/positions.ts';
import { packed } from '../../nodes/Realtime/actionCable/httpSession.ts';

const identifiers = (value: unknown) => readChannels(value).map(({ identifier }) => identifier);

describe('channels', () => {
	const room = '{"channel":"RoomChannel","room":"1"}';

	test.each<[string, unknown, string[]]>([
		['one name', ' WebhookChannel ', ['{"channel":"WebhookChannel"}']],
		['names', 'A, B::C', ['{"channel":"A"}', '{"channel":"B::C"}']],
		['lines', 'A\n\nB', ['{"channel":"A"}', '{"channel":"B"}']],
		['an object', '{ "channel": "RoomChannel",\n  "room": "1" }', [room]],
		[
			'names and objects',
			`A, ${room}\n{"channel":"X","l":[1,{"a":","}]}`,
			['{"channel":"A"}', room, '{"channel":"X","l":[1,{"a":","}]}'],
		],
		['a JSON list', `["A", ${room}]`, ['{"channel":"A"}', room]],
		[
			'a list',
			['A', { channel: 'RoomChannel', room: '1' }, ' {"channel": "B"} '],
			['{"channel":"A"}', room, '{"channel":"B"}'],
		],
		['an object of an expression', { channel: 'A' }, ['{"channel":"A"}']],
		['each once', `A, A, ${room}, ${room}`, ['{"channel":"A"}', room]],
		[
			'numbers as they are',
			'{"channel":"A","id":12345678901234567890}',
			['{"channel":"A","id":12345678901234567890}'],
		],
		[
			'white space in texts',
			'{"channel":"A","name":"a  b\\" c"}',
			['{"channel":"A","name":"a  b\\" c"}'],
		],
	])('%s', (_name, value, expected) => expect(identifiers(value)).toEqual(expected));

	test.each<[string, unknown, string]>([
		['nothing', '', "'Channels' is empty"],
		['an empty list', [], "'Channels' is empty"],
		['an empty entry', ['A', ''], 'has an empty entry'],
		['a number', [1], 'neither a name nor an object: 1'],
		['null', [null], 'neither a name nor an object: null'],
		['a broken list', '["A"', 'starts like a JSON list'],
		['a broken object', '{"channel": A}', 'not valid JSON: {"channel":A}'],
		['an object without channel', '{"room":1}', 'without the name of its channel: {"room":1}'],
	])('not %s', (_name, value, words) => expect(() => readChannels(value)).toThrow(words));

	test('a label has the parameters where there are some', () => {
		expect(readChannels(`A, ${room}`).map(channelLabel)).toEqual(['A', room]);
	});

	test('whatever object is written, its identifier is that object', () => {
		fc.assert(
			fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (params) => {
				const channel = { ...params, channel: 'A' };
				const [read] = readChannels(JSON.stringify(channel, undefined, 2));
				expect(JSON.parse(read?.identifier ?? '')).toEqual(JSON.parse(JSON.stringify(channel)));
			}),
		);
	});
});

describe('the credential', () => {
	test.each([
		['wss://app.example.com/cable', 'wss://app.example.com/cable', 'https://app.example.com'],
		['https://app.example.com', 'wss://app.example.com/cable', 'https://app.example.com'],
		['http://127.0.0.1:3000/ws?t=1#x', 'ws://127.0.0.1:3000/ws?t=1', 'http://127.0.0.1:3000'],
	])('%s', (url, target, origin) => {
		expect(readCableSettings({ url })).toMatchObject({ url: target, origin });
	});

	test('an Origin of its own, also one among the headers', () => {
		const url = 'wss://a.example';
		expect(readCableSettings({ url, origin: 'https://b.example/x' }).origin).toBe(
			'https://b.example',
		);
		const settings = readCableSettings({ url, headers: '{"Origin": "app://x", "Cookie": "a=b"}' });
		expect(settings).toMatchObject({ origin: 'app://x', headers: { cookie: 'a=b' } });
	});

	test('hides tokens of the address and of the headers', () => {
		const { redact } = readCableSettings({
			url: 'wss://a.example/cable?token=tok-123',
			headers: { Authorization: 'Bearer abc-456' },
		});
		expect(redact('tok-123 and abc-456 and cable')).toBe('[hidden] and [hidden] and cable');
	});

	test.each<[string, object, string]>([
		['URL', { url: '' }, "'URL' of the Action Cable credential is not a URL"],
		[
			'URL with a user',
			{ url: 'wss://u:p@a.example' },
			"'URL' of the Action Cable credential contains",
		],
		['Headers', { url: 'ws://a', headers: '[]' }, "'Headers' of the Action Cable credential is no"],
		['a bad header', { url: 'ws://a', headers: { a: 'b\nc' } }, 'that HTTP does not allow'],
		['Origin', { url: 'ws://a', origin: 'a\nb' }, "'Origin' of the Action Cable credential is not"],
	])('names %s', (_name, fields, words) => {
		expect(() => readCableSettings(fields as never)).toThrow(words);
	});

	test('where AnyCable takes broadcasts', () => {
		const read = (broadcastUrl: string) => readBroadcastEndpoint({ broadcastUrl });
		expect(read('http://a:8090')).toEqual({
			origin: 'http://a:8090',
			path: '/_broadcast',
			key: '',
		});
		expect(read('https://a/x?y=1').path).toBe('/x?y=1');
		expect(() => read('a:8090')).toThrow("'Broadcast URL'");
		expect(() => readBroadcastEndpoint({ broadcastUrl: 'http://a', broadcastKey: 'a\nb' })).toThrow(
			"'Broadcast Key'",
		);
	});
});

describe('frames', () => {
	test.each(['', 'null', '[]', '1', '"x"', '{'])('%j is none', (text) => {
		expect(readFrame(text)).toBeUndefined();
	});

	test('fields of other types are left out', () => {
		const text = '{"type":1,"identifier":2,"reconnect":"no","sid":"","offset":1,"stream_id":"s"}';
		expect(Object.keys(readFrame(text) ?? {})).toEqual(['raw']);
	});

	test('a message may be null', () => {
		expect(readFrame('{"identifier":"x","message":null}')).toMatchObject({ message: null });
	});
});

describe('a message', () => {
	const [channel] = readChannels('Orders');
	const read = (frame: object) => {
		if (channel === undefined) throw new Error('no channel');
		const parsed = readFrame(JSON.stringify(frame));
		return readMessage(parsed ?? { raw: {} }, {
			host: 'a.example',
			channel,
			fallbackId: 'c/1',
			eventIdField: '',
			receivedAt: new Date(0),
		}).event;
	};

	test.each<[string, object, string, unknown]>([
		['event and payload', { message: { event: 'a', payload: 1 } }, 'a', 1],
		['an event alone', { message: { event: 'a', b: 2 } }, 'a', { event: 'a', b: 2 }],
		[
			'an empty event',
			{ message: { event: '', payload: 1 } },
			'message',
			{ event: '', payload: 1 },
		],
		['a text', { message: 'x' }, 'message', 'x'],
		['null', { message: null }, 'message', null],
		[
			"AnyCable's presence",
			{ type: 'presence', message: { type: 'join', id: 1 } },
			'presence.join',
			{
				type: 'join',
				id: 1,
			},
		],
	])('%s', (_name, frame, event, payload) => {
		expect(read(frame)).toMatchObject({
			type: `actioncable.${event}`,
			source: '/actioncable/a.example/Orders',
			data: { event, channel: 'Orders', params: {}, payload },
		});
	});
});

test('a message that is nested without end has a place in the history all the same', () => {
	const [channel] = readChannels('Orders');
	if (channel === undefined) throw new Error('no channel');
	let message: unknown = 1;
	for (let depth = 0; depth < 50_000; depth += 1) message = [message];
	const { dedupeKey } = readMessage(
		{ identifier: channel.identifier, message, raw: {} },
		{
			host: 'a.example',
			channel,
			place: 'stream/epoch/7',
			fallbackId: 'c/1',
			eventIdField: '',
			receivedAt: new Date(0),
		},
	);
	expect(dedupeKey).toContain('stream/epoch/7/');
});

describe('positions in streams', () => {
	/** A clock that shows what it is told to. */
	function clockAt(seconds: number): ServerClock {
		const clock = new ServerClock();
		clock.set(seconds);
		return clock;
	}
	const at = (seconds: number, replaying = false) => ({ clock: clockAt(seconds), replaying });

	test('the newest of each stream is asked from, the others by time', () => {
		const positions = StreamPositions.from('a', 1_000);
		positions.note({ stream: 's', epoch: 'e', offset: 1 }, at(1_010));
		positions.note({ stream: 's', epoch: 'e', offset: 3 }, at(1_020));
		positions.note({ stream: 's', epoch: 'e', offset: 2 }, at(1_020));
		positions.note({ stream: 't', epoch: 'e', offset: 7 }, at(1_030));
		const request = {
			since: 1_028,
			streams: { s: { epoch: 'e', offset: 3 }, t: { epoch: 'e', offset: 7 } },
		};
		expect(positions.request).toEqual(request);
		expect(StreamPositions.read(positions.cursor, 'a')?.request).toEqual(request);
		expect(StreamPositions.read(positions.cursor, 'b')).toBeUndefined();
		expect(StreamPositions.read('{', 'a')).toBeUndefined();
	});

	test('copies have the same identity, and a stream that is numbered anew has another', () => {
		const positions = StreamPositions.from('a', 1_000);
		const note = (offset: number, seconds: number, replaying = false) =>
			positions.note({ stream: 's', epoch: 'e', offset }, at(seconds, replaying));
		const first = note(1, 1_000);
		expect(note(1, 1_001)).toBe(first);
		expect(note(2, 5_000)).not.toBe(first);
		// After a reconnect the history comes again, however long ago that was.
		expect(note(1, 9_000, true)).toBe(first);
		const anew = note(1, 9_000);
		expect(anew).not.toBe(first);
		expect(note(1, 9_001)).toBe(anew);
		expect(note(2, 9_002)).toBe('s/e/2/9000');
	});

	test('a new epoch is a new stream', () => {
		const positions = StreamPositions.from('a', 1_000);
		positions.note({ stream: 's', epoch: 'e', offset: 9 }, at(1_000));
		positions.note({ stream: 's', epoch: 'f', offset: 1 }, at(1_001));
		expect(positions.request.streams).toEqual({ s: { epoch: 'f', offset: 1 } });
	});

	test('no more than 50 streams are kept, those of the newest messages', () => {
		const positions = StreamPositions.from('a', 1_000);
		for (let n = 0; n < 200; n += 1) {
			positions.note({ stream: `s${n}`, epoch: 'e', offset: 1 }, at(1_000));
		}
		positions.note({ stream: 's150', epoch: 'e', offset: 2 }, at(1_001));
		positions.note({ stream: 'new', epoch: 'e', offset: 2 }, at(1_001));
		const names = Object.keys(positions.request.streams);
		expect(names).toHaveLength(50);
		expect(names.slice(-2)).toEqual(['s150', 'new']);
		expect(names).not.toContain('s0');
	});

	test('without a ping, our own clock decides nothing', () => {
		const positions = StreamPositions.from('a', 1_000);
		const place = { stream: 's', epoch: 'e', offset: 1 };
		positions.note(place, { clock: new ServerClock(), replaying: false });
		expect(positions.request.since).toBe(1_000);
	});
});

describe('batches of broadcasts', () => {
	const item = (count: number, text = '') => ({
		publications: Array.from({ length: count }, () => ({ stream: 's', data: text })),
	});
	const sizes = (batches: Array<Array<{ publications: unknown[] }>>) =>
		batches.map((batch) => batch.map(({ publications }) => publications.length));

	test('by count, an item never split, in order', () => {
		expect(sizes(packed([item(499), item(1), item(1)]))).toEqual([[499, 1], [1]]);
		expect(sizes(packed([item(1), item(700), item(1)]))).toEqual([[1], [700], [1]]);
		expect(packed([])).toEqual([]);
	});

	test('by bytes', () => {
		const text = 'ñ'.repeat(120_000);
		expect(sizes(packed([item(1, text), item(1, text), item(1, text)]))).toEqual([[1, 1], [1]]);
	});
});

describe('whole numbers that JavaScript cannot hold', () => {
	test('keep their digits', () => {
		const texts = ['1234567890123456789', '1234567890123456790'].map(
			(id) => readFrame(`{"identifier":"i","message":{"id":${id}}}`)?.message,
		);
		expect(texts).toEqual([{ id: '1234567890123456789' }, { id: '1234567890123456790' }]);
	});
});

describe('a goodbye of the server', () => {
	test.each(['constructor', '__proto__', 'toString'])(
		"in the word '%s' brings no advice that is none",
		(reason) => {
			const settings = readCableSettings({ url: 'wss://cable.example/cable' });
			const { message, description } = disconnected(reason, true, settings);
			expect(message).toContain(reason);
			expect(description).toBeUndefined();
		},
	);
});
