import Pusher from 'pusher';
import { describe, expect, test } from 'vitest';
import { redactor } from '../../lib/net/redact.ts';
import { authRefusal, readAuthorisation } from '../../lib/realtime/pusher/authorise.ts';
import { readAnswer } from '../../lib/realtime/pusher/api.ts';
import {
	assertChannel,
	isCache,
	readChannels,
	channelKey,
	decrypt,
	encrypt,
} from '../../lib/realtime/pusher/channel.ts';
import { closeFailure } from '../../lib/realtime/pusher/failure.ts';
import { readFrame, readProtocolError } from '../../lib/realtime/pusher/frame.ts';
import { lanesOf } from '../../lib/realtime/pusher/publish.ts';
import { apiEvents } from '../../lib/realtime/pusher/publishedMessage.ts';
import { SERVER_LIMITS, readPusherSettings } from '../../lib/realtime/pusher/settings.ts';
import {
	channelSignature,
	signedQuery,
	userSignature,
} from '../../lib/realtime/pusher/requestSignature.ts';

/** The app of the published examples. */
const APP = { key: '278d425bdf160c739803', secret: '7ad3773142a6692b25b8' };
const MASTER_KEY = Buffer.alloc(32, 7);

/** What any of the errors holds. */
interface Thrown extends Error {
	description?: string;
	kind?: string;
	permanent?: boolean;
}

function thrown(work: () => unknown): Thrown {
	try {
		work();
	} catch (error) {
		return error as Thrown;
	}
	throw new Error('nothing was thrown');
}

describe('signatures as Pusher publishes them', () => {
	test('a request', () => {
		const body = '{"name":"foo","channels":["project-3"],"data":"{\\"some\\":\\"data\\"}"}';
		const request = { method: 'POST', path: '/apps/3/events', body } as const;
		expect(signedQuery(APP, request, 1_353_088_179_000)).toBe(
			'auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f&auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c',
		);
	});

	test('a private channel, a user', () => {
		expect(channelSignature(APP, '1234.1234', 'private-foobar')).toMatch(
			/^278d425bdf160c739803:58df8b0c[0-9a-f]{54}a4$/,
		);
		expect(userSignature(APP, '1234.1234', '{"id":"12345"}')).toBe(
			`${APP.key}:4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba`,
		);
	});

	// The one printed in the documents is of another channel_data.
	test.each([
		['Mr. Channels', '31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80'],
		['Mr. Pusher', /^afaed369[0-9a-f]{52}304c$/],
	])('a presence channel with %s', (name, signature) => {
		const channelData = JSON.stringify({ user_id: 10, user_info: { name } });
		const signed = channelSignature(APP, '1234.1234', 'presence-foobar', channelData);
		expect(signed.split(':')[1]).toMatch(signature);
	});

	test("the same as Pusher's own library makes", () => {
		const pusher = new Pusher({ ...APP, appId: '3', cluster: 'mt1' });
		const member = { user_id: 'ñ:1', user_info: { a: [1, 'two'] } };
		const theirs = pusher.authorizeChannel('12.34', 'presence-a', member);
		const ours = channelSignature(APP, '12.34', 'presence-a', theirs.channel_data);
		expect(ours).toBe(theirs.auth);
	});
});

describe('encrypted channels', () => {
	test("the channel's key is the one of Pusher's own library", () => {
		const encryptionMasterKeyBase64 = MASTER_KEY.toString('base64');
		const pusher = new Pusher({ ...APP, appId: '3', cluster: 'mt1', encryptionMasterKeyBase64 });
		const { shared_secret: theirs } = pusher.authorizeChannel('1.2', 'private-encrypted-a');
		expect(channelKey(MASTER_KEY, 'private-encrypted-a').toString('base64')).toBe(theirs);
	});

	test('only the right key reads a payload, and nothing else is read', () => {
		const key = channelKey(MASTER_KEY, 'private-encrypted-a');
		const payload = encrypt('añ 😀', key);
		expect(decrypt(payload, key)).toBe('añ 😀');
		expect(decrypt(payload, channelKey(MASTER_KEY, 'private-encrypted-b'))).toBeUndefined();
		expect(decrypt({ ...payload, nonce: 'AA==' }, key)).toBeUndefined();
		expect(decrypt({ ciphertext: payload.ciphertext }, key)).toBeUndefined();
		expect(decrypt('text', key)).toBeUndefined();
		expect(encrypt('same', key)).not.toEqual(encrypt('same', key));
	});
});

describe('frames', () => {
	test.each([
		['{"event":"a","channel":"c","data":"{\\"n\\":1}"}', { n: 1 }],
		['{"event":"a","channel":"c","data":{"n":1}}', { n: 1 }],
		['{"event":"a","channel":"c","data":"plain text"}', 'plain text'],
		['{"event":"a","channel":"c","data":"\\"\\\\\\"twice\\\\\\"\\""}', '"twice"'],
		['{"event":"a","channel":"c"}', null],
		[
			'{"event":"a","channel":"c","data":"{\\"id\\":1234567890123456789}"}',
			{ id: '1234567890123456789' },
		],
	])('%s', (text, data) => {
		expect(readFrame(text)).toEqual({ event: 'a', channel: 'c', data });
	});

	test.each(['', 'x', '1', 'null', '[]', '{"event":1}'])('%s is none', (text) => {
		expect(readFrame(text)).toBeUndefined();
	});

	test.each([
		[{ code: 4001, message: 'No' }, 4001, 'No'],
		[{ code: '4009', message: 'No' }, 4009, 'No'],
		[{ code: 4302, type: 'ServerError', error: 'A server error' }, 4302, 'A server error'],
		['just words', 0, 'just words'],
		[null, 0, ''],
	])('the error %j', (data, code, words) => {
		expect(readProtocolError(data)).toEqual({ code, words });
	});
});

test.each([
	[4000, true, undefined],
	[4001, true, undefined],
	[4009, true, undefined],
	[4099, true, undefined],
	[4100, false, 1_000],
	[4199, false, 1_000],
	[4200, false, 0],
	[4201, false, 0],
	[4299, false, 0],
	[4301, false, undefined],
	[1002, false, undefined],
	[1006, false, undefined],
	[1000, false, undefined],
])('close code %s: permanent %s, again after %s ms', (code, permanent, retryAfterMs) => {
	const failure = closeFailure({ code, words: 'why' }, 'https://ws.example.com');
	expect(failure).toMatchObject({ permanent, retryAfterMs });
	expect(failure.message).toContain('why');
});

describe('the credential', () => {
	const fields = { appId: '3', ...APP };

	test('Pusher Channels by its cluster', () => {
		expect(readPusherSettings({ ...fields, server: 'auto', cluster: 'EU' })).toMatchObject({
			server: 'pusher',
			socketOrigin: 'https://ws-eu.pusher.com',
			apiOrigin: 'https://api-eu.pusher.com',
			path: '',
			authEndpoint: undefined,
		});
	});

	test("a host of one's own", () => {
		const host = { host: 'rt.example.com', port: 8080, tls: false, path: 'realtime/' };
		const settings = readPusherSettings({
			...fields,
			...host,
			server: 'reverb',
			authEndpoint: 'api/broadcasting/auth',
			authHeaders: '{"Authorization": "Bearer x"}',
			encryptionMasterKey: MASTER_KEY.toString('base64'),
		});
		expect(settings).toMatchObject({
			server: 'reverb',
			socketOrigin: 'http://rt.example.com:8080',
			apiOrigin: 'http://rt.example.com:8080',
			path: '/realtime',
			authEndpoint: 'http://rt.example.com:8080/api/broadcasting/auth',
			authHeaders: { authorization: 'Bearer x' },
			masterKey: MASTER_KEY,
		});
		const usual = readPusherSettings({ ...fields, host: 'rt.example.com', port: 0 });
		expect(usual).toMatchObject({ server: 'auto', socketOrigin: 'https://rt.example.com' });
	});

	test.each([
		[{ key: 'base64:abc' }, /'Key'.*colon.*Reverb/],
		[{ key: ' ' }, /'Key'.*is empty/],
		[{ appId: 'a/b' }, /'App ID'/],
		[{ host: 'https://x.example.com' }, /'Host' of the credential is not a host name/],
		[{ host: 'x.example.com/path' }, /'Host'/],
		[{ host: 'x.example.com:80' }, /'Host'/],
		[{ host: 'x', port: 70_000 }, /'Port'/],
		[{ cluster: 'a.b' }, /'Cluster'/],
		[{ path: '/a?b' }, /'Path'/],
		[{ authEndpoint: '/broadcasting/auth' }, /'Auth Endpoint'.*no host/],
		[{ authEndpoint: 'https://u:p@x.example.com/' }, /'Auth Endpoint'/],
		[{ authHeaders: '{"a"' }, /'Auth Headers' of the credential is not a JSON object/],
		[{ authHeaders: '{"a b": "c"}' }, /'Auth Headers'.*does not allow/],
		[{ encryptionMasterKey: 'AAAA' }, /'Encryption Master Key'.*32 bytes/],
	])('%j is refused', (wrong, message) => {
		const error = thrown(() => readPusherSettings({ ...fields, ...wrong }));
		expect(`${error.message}. ${error.description}`).toMatch(message);
		expect(`${error.message}. ${error.description}`).not.toContain(APP.secret);
	});
});

describe('channels', () => {
	test.each([
		['a, private-b\n,a,, c', ['a', 'private-b', 'c']],
		[
			['a,b', ' c '],
			['a,b', 'c'],
		],
		[undefined, []],
	])('%j', (value, channels) => {
		expect(readChannels(value)).toEqual(channels);
	});

	test.each([
		['cache-a', true],
		['private-cache-a', true],
		['private-encrypted-cache-a', true],
		['presence-cache-a', true],
		['private-a-cache-', false],
	])('%s is a cache channel: %s', (channel, yes) => expect(isCache(channel)).toBe(yes));

	test('names as Pusher allows them; Reverb looks at the prefix only', () => {
		for (const name of ['A-z_0=9@,.;', 'x'.repeat(200)]) assertChannel(name, 'pusher');
		for (const name of ['a:b', 'ñ', 'a b', '', 'x'.repeat(201)]) {
			expect(thrown(() => assertChannel(name, 'pusher')).message).toContain("'Channels'");
		}
		assertChannel('chat:1', 'reverb');
		expect(thrown(() => assertChannel('a\nb', 'reverb')).kind).toBe('event');
	});
});

describe('a message', () => {
	const settings = readPusherSettings({
		...APP,
		appId: '3',
		encryptionMasterKey: MASTER_KEY.toString('base64'),
	});
	const message = { event: 'e', payload: { n: 1 }, channels: ['a'], socketId: '', counts: false };
	const make = (more: object, limits = SERVER_LIMITS.pusher) =>
		apiEvents({ ...message, ...more }, settings, limits);

	test('is one event for plain channels, and one for each encrypted one', () => {
		const channels = ['a', 'private-encrypted-x', 'private-b', 'private-encrypted-y'];
		const events = make({ channels });
		expect(events.map((event) => event.channels)).toEqual([
			['a', 'private-b'],
			['private-encrypted-x'],
			['private-encrypted-y'],
		]);
		expect(events[0]?.data).toBe('{"n":1}');
		const data: unknown = JSON.parse(events[2]?.data ?? '');
		expect(decrypt(data, channelKey(MASTER_KEY, 'private-encrypted-y'))).toBe('{"n":1}');
	});

	test.each([
		[{ event: '' }, "'Event' is empty"],
		[{ event: 'x'.repeat(201) }, "'Event' has 201 characters"],
		[{ event: 'pusher:ping' }, 'reserves'],
		[{ event: 'pusher_internal:x' }, 'reserves'],
		[{ channels: [] }, "'Channels' is empty"],
		[{ channels: ['a b'] }, "'Channels'"],
		[{ socketId: 'abc' }, "'Socket ID to Exclude'"],
		[{ payload: undefined }, "can't be converted to JSON"],
		[{ payload: 'x'.repeat(10_239) }, 'has 10241 bytes of data, but the server accepts 10240'],
	])('%j is refused', (wrong, words) => {
		expect(thrown(() => make(wrong)).message).toContain(words);
	});

	test('exactly at the limit is sent', () => {
		expect(make({ payload: 'ñ'.repeat(5_119) })).toHaveLength(1);
	});

	test('an encrypted channel needs the key', () => {
		const bare = readPusherSettings({ ...APP, appId: '3' });
		const channels = ['private-encrypted-x'];
		const error = thrown(() => apiEvents({ ...message, channels }, bare, SERVER_LIMITS.pusher));
		expect(error.message).toContain("'Encryption Master Key'");
	});
});

describe('answers of the HTTP API', () => {
	const redact = redactor([APP.secret]);
	const read = (statusCode: number, body: string) =>
		readAnswer({ statusCode, headers: {}, body }, 'take it', redact);

	test('what is fine', () => {
		expect(read(200, '{}')).toEqual({});
		expect(read(200, '{"ok":true}')).toEqual({ ok: true });
		expect(read(202, '')).toEqual({});
	});

	test.each([
		[
			200,
			'{"error":"The secret authentication failed","code":401}',
			'unauthorised',
			'responded with 401',
		],
		[200, '{"error":"too big","code":413}', 'tooLarge', 'responded with 413 (too big)'],
		[200, '{"error":"something"}', 'refused', 'responded with 400 (something)'],
		[
			401,
			`signature for ${APP.secret} is wrong`,
			'unauthorised',
			'(signature for [hidden] is wrong)',
		],
		[403, '{"message":"over quota"}', 'unauthorised', '403 (over quota)'],
		[404, '<html>no</html>', 'notFound', 'responded with 404'],
		[422, '{"message":"The data field must be a string."}', 'refused', '422 (The data field'],
		[429, '', 'tooMany', '429'],
		[503, '', 'broken', '503'],
		[301, '', 'refused', '301'],
		[200, '<html>', 'notPusher', 'other than a JSON object'],
		[200, '[]', 'notPusher', 'other than a JSON object'],
	])('%s %s', (status, body, kind, words) => {
		const error = thrown(() => read(status, body));
		expect(error.kind).toBe(kind);
		expect(error.message).toContain(words);
		expect(error.description).not.toBe('');
	});
});

describe("answers of an application's auth endpoint", () => {
	const about = { channel: 'private-a', key: 'k', where: 'https://app.example.com/auth' };
	const presence = { ...about, channel: 'presence-a' };

	test('what is fine', () => {
		expect(readAuthorisation('{"auth":"k:s"}', about)).toEqual({ auth: 'k:s' });
		const data = { auth: 'k:s', channel_data: '{"user_id":1}' };
		expect(readAuthorisation(JSON.stringify(data), presence)).toMatchObject({
			channelData: '{"user_id":1}',
		});
		const secret = MASTER_KEY.toString('base64');
		const encrypted = readAuthorisation(`{"auth":"k:s","shared_secret":"${secret}"}`, about);
		expect(encrypted.sharedSecret).toEqual(MASTER_KEY);
	});

	test.each([
		['', about, 'answered 200 with nothing'],
		['<html>login</html>', about, 'something that is not a JSON object'],
		['true', about, 'something that is not a JSON object'],
		['{}', about, "without 'auth'"],
		['{"auth":null}', about, "without 'auth'"],
		['{"auth":"other:s"}', about, 'signature of another key'],
		['{"auth":"k:s"}', presence, "without 'channel_data'"],
		['{"auth":"k:s","channel_data":{}}', presence, "without 'channel_data'"],
		['{"auth":"k:s","shared_secret":"AA=="}', about, "'shared_secret'"],
	])('%s is refused', (body, { channel }, words) => {
		const error = thrown(() => readAuthorisation(body, { ...about, channel }));
		expect(error.message).toContain(words);
		expect(error.permanent).toBe(true);
	});

	test.each([
		[302, true, /token|session/],
		[401, true, /Auth Headers/],
		[403, true, /channels.php/],
		[404, true, /route:list/],
		[419, true, /CSRF/],
		[429, false, undefined],
		[500, false, undefined],
		[503, false, undefined],
	])('%s: permanent %s', (statusCode, permanent, advice) => {
		const answer = { statusCode, headers: {}, body: '{"message":"words of token-123"}' };
		const refusal = authRefusal(answer, 'private-a', about.where, redactor(['token-123']));
		expect(refusal.permanent).toBe(permanent);
		expect(refusal.message).toContain(`${statusCode} (words of [hidden])`);
		if (advice !== undefined) expect(refusal.description).toMatch(advice);
	});
});

describe('lanes', () => {
	const lanes = (channels: string[][], most: number) =>
		lanesOf(
			channels.map((names, n) => [{ n, names }]),
			({ names }) => names,
			most,
		).map((lane) => lane.map(({ n }) => n));

	test('messages that share a channel stay together and in order', () => {
		const channels = [['a'], ['b'], ['a', 'c'], ['d'], ['c'], ['b'], ['d']];
		expect(lanes(channels, 9).sort()).toEqual([
			[0, 2, 4],
			[1, 5],
			[3, 6],
		]);
	});

	test('are no more than asked for, and evenly full', () => {
		const channels = Array.from({ length: 100 }, (_, n) => [`c${n % 10}`]);
		expect(
			lanes(channels, 4)
				.map((lane) => lane.length)
				.sort(),
		).toEqual([20, 20, 30, 30]);
		expect(lanes([['a'], ['a']], 4)).toEqual([[0, 1]]);
		expect(lanes([], 4)).toEqual([]);
	});
});
