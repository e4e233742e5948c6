import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Backoff } from '../../lib/realtime/listener.ts';
import { testPusherCredential } from '../../nodes/Realtime/pusher/credentialTest.ts';
import { PusherListening } from '../support/pusherListening.mts';
import { Reverb } from '../support/reverb.mts';
import { ReverbTests } from '../support/reverbTests.mts';

const tests = new ReverbTests();
const { closers, listen, refusal, subscriptions } = tests;
let reverb: Reverb;
beforeEach(() => void (reverb = tests.reverb));

describe('a foreign origin', () => {
	it('fails the start, and the field that is missing is named', async () => {
		reverb.allowedOrigins = ['*.example.com'];
		const failure = await refusal(['a']);
		expect(failure.permanent).toBe(true);
		expect(failure.message).toContain('Origin not allowed (code 4009)');
		expect(failure.description).toContain("'Origin' of the credential");
	});

	it.each([
		['https://app.example.com', 'https://app.example.com'],
		[' https://app.example.com:8443/ ', 'https://app.example.com:8443'],
		['https://app.example.com/some/page?q=1', 'https://app.example.com'],
		['capacitor://app.example.com', 'capacitor://app.example.com'],
	])('%j in the credential is sent as %j, at every handshake', async (origin, sent) => {
		reverb.allowedOrigins = ['shop.test', '*.example.com'];
		const listening = await listen(['a'], { credential: { ...reverb.credential, origin } });
		reverb.terminate();
		await expect.poll(() => listening.gaps.length).toBe(1);
		expect(reverb.origins).toEqual([sent, sent]);
	});

	it('none in the credential, none is sent', async () => {
		await listen(['a']);
		expect(reverb.origins).toEqual([undefined]);
	});

	it.each(['app.example.com', '//app.example.com', 'https://', '*', 'mailto:a@example.com'])(
		'%j has no host that a server could compare',
		async (origin) => {
			const started = listen(['a'], { credential: { ...reverb.credential, origin } });
			await expect(started).rejects.toThrow("'Origin' of the credential is not an address");
		},
	);
});

describe('a server that is full (4004)', () => {
	const times = { fullFirstMs: 40, fullLongestMs: 100 };

	it('fails the start', async () => {
		await listen(['a']);
		reverb.maxConnections = 1;
		const failure = await refusal(['a']);
		expect(failure.permanent).toBe(true);
		expect(failure.message).toContain('Application is over connection quota (code 4004)');
	});

	it('after a first success passes: it is told once, and tried until there is room', async () => {
		const other = await listen(['a']);
		const listening = await listen(['a'], { times });
		reverb.maxConnections = 0;
		reverb.terminate();
		await expect.poll(() => reverb.connections).toBeGreaterThan(4);
		expect(listening.deaths).toEqual([]);
		expect(listening.warnings).toEqual([
			expect.stringMatching(/over connection quota \(code 4004\).*Trying again every/),
		]);
		other.close();
		reverb.maxConnections = Infinity;
		await expect.poll(() => listening.gaps.length).toBe(1);
		reverb.broadcast('a', 'e', '"room again"');
		await expect.poll(() => listening.payloads).toEqual(['room again']);
		reverb.maxConnections = 0;
		reverb.terminate();
		await expect.poll(() => listening.warnings.length).toBe(2);
	});

	it('waits 10 to 60 seconds between attempts', async () => {
		const listening = await listen(['a']);
		vi.spyOn(Backoff.prototype, 'next');
		closers.push(() => vi.restoreAllMocks());
		reverb.maxConnections = 0;
		reverb.terminate();
		const asked = () =>
			vi
				.mocked(Backoff.prototype.next)
				.mock.calls.flatMap(([ms]) => (ms === undefined ? [] : [ms]));
		await expect.poll(() => asked().length).toBeGreaterThan(0);
		for (const ms of asked()) {
			expect(ms).toBeGreaterThanOrEqual(10_000);
			expect(ms).toBeLessThanOrEqual(60_000);
		}
		listening.close();
	});

	it('said by the close of a running connection it passes too', async () => {
		const listening = await listen(['a'], { times });
		reverb.closeAll(4004);
		await expect.poll(() => listening.gaps.length).toBe(1);
		expect(listening.deaths).toEqual([]);
	});
});

describe('a limit of messages (4301)', () => {
	const channels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
	const times = { limitedFirstMs: 20, limitedLongestMs: 100 };
	const heard = (listening: PusherListening) =>
		new Set(listening.messages.map(({ event }) => String(event.data.channel)));

	it('keeps the connection: what stands is heard, and the rest follows', async () => {
		reverb.rateLimit = { attempts: 5, windowMs: 600_000 };
		const listening = await listen(channels, { times });
		for (const channel of channels) reverb.broadcast(channel, 'e', '1');
		await expect.poll(() => heard(listening)).toEqual(new Set(['a', 'b', 'c', 'd', 'e']));
		expect(listening.warnings).toEqual([
			expect.stringMatching(/Rate limit exceeded \(code 4301\).*2 channels wait/),
		]);
		reverb.rateLimit = { attempts: 5, windowMs: 50 };
		await expect
			.poll(() => {
				reverb.broadcast('g', 'e', '1');
				return heard(listening).size;
			})
			.toBeGreaterThan(5);
		await expect.poll(() => listening.warnings.at(-1)).toContain('all channels are subscribed now');
		expect(reverb.connections).toBe(1);
		expect(listening.gaps).toEqual([]);
	});

	it('waits for the window of a minute in a few messages', async () => {
		reverb.rateLimit = { attempts: 5, windowMs: 600_000 };
		await listen(channels, { times: { ...times, limitedLongestMs: 600_000 } });
		await expect.poll(() => subscriptions().length).toBeGreaterThan(8);
		const refused = subscriptions().slice(5);
		expect(refused.map((data) => data?.channel)).toEqual(refused.map(() => 'f'));
	});

	it('a channel that is refused for good meanwhile is told, and does not hold up the others', async () => {
		reverb.rateLimit = { attempts: 5, windowMs: 600_000 };
		reverb.forbidden.add('f');
		const listening = await listen(channels, { times });
		reverb.rateLimit = undefined;
		await expect.poll(() => listening.warnings.join()).toMatch(/channel f: .*4009/);
		await expect
			.poll(() => {
				reverb.broadcast('g', 'e', '1');
				return heard(listening);
			})
			.toContain('g');
		expect(reverb.connections).toBe(1);
	});

	it('that ends connections without a word is kept to, once it showed', async () => {
		reverb.rateLimit = { attempts: 5, windowMs: 300, terminates: true };
		const listening = await listen(channels, { times: { ...times, limitedLongestMs: 400 } });
		await expect
			.poll(() => {
				for (const channel of channels) reverb.broadcast(channel, 'e', '1');
				return heard(listening).size;
			})
			.toBe(channels.length);
		expect(listening.warnings.join()).toContain('more slowly');
		const { connections } = reverb;
		expect(connections).toBeLessThan(5);
	});

	it('closed while channels wait, nothing is sent any more', async () => {
		reverb.rateLimit = { attempts: 5, windowMs: 600_000 };
		const listening = await listen(channels, { times });
		listening.close();
		const sent = reverb.commands.length;
		await new Promise((resolve) => setTimeout(resolve, 200));
		expect(reverb.commands.length - sent).toBeLessThan(2);
	});
});

describe('the test of the credential', () => {
	const run = async (credential: object = {}) =>
		await testPusherCredential.call({} as never, {
			id: '1',
			name: 'Pusher',
			type: 'realtimeWebhooksPusherApi',
			data: { ...reverb.credential, ...credential } as never,
		});

	it('goes on where listening is refused, and says what is left', async () => {
		reverb.allowedOrigins = ['*.example.com'];
		const { status, message } = await run();
		expect(status).toBe('OK');
		expect(message).toMatch(
			/Can broadcast, but can't listen: .*refused the connection: code 4009\. .*'Origin'/,
		);
		expect(await run({ origin: 'https://app.example.com' })).toEqual({
			status: 'OK',
			message: 'Connection successful: it can be used to listen and broadcast',
		});
		reverb.maxConnections = 0;
		expect((await run()).message).toMatch(/Can broadcast, but can't listen: .*code 4004\./);
		reverb.proxyAnswer = 403;
		expect((await run()).message).toMatch(/Can broadcast, but can't listen: .*HTTP status 403/);
	});

	it.each([
		['there is no secret to broadcast with', { appId: '', secret: '' }, 'code 4009'],
		['broadcasting is refused too', { secret: 'wrong' }, 'code 4009'],
		['the key is wrong', { key: 'other' }, 'code 4001'],
	])('fails where %s', async (_name, credential, words) => {
		reverb.allowedOrigins = ['*.example.com'];
		const { status, message } = await run(credential);
		expect(status).toBe('Error');
		expect(message).toContain(words);
		expect(message).not.toContain('can broadcast');
	});
});
