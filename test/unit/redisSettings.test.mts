import { describe, expect, test } from 'vitest';
import {
	lostConnection,
	redisFailure,
	readRedisSettings,
	redisAddress,
} from '../../lib/realtime/redis.ts';

describe('the Redis credential', () => {
	test('has defaults', () => {
		expect(readRedisSettings({ host: ' redis ' })).toEqual({
			host: 'redis',
			port: 6379,
			user: '',
			password: '',
			database: 0,
			tls: false,
		});
	});

	test('takes addresses of version 6', () => {
		expect(redisAddress(readRedisSettings({ host: '[::1]', port: '7000' }))).toBe('[::1]:7000');
	});

	test.each<[string, object]>([
		['Host', { host: '' }],
		['Host', { host: 'redis://:p@h:1' }],
		['Host', { host: 'h:6379' }],
		['Port', { host: 'h', port: 70_000 }],
		['Port', { host: 'h', port: 'x' }],
		['Database', { host: 'h', database: -1 }],
		['Database', { host: 'h', database: 1.5 }],
	])('names %s in %j', (label, fields) => {
		expect(() => readRedisSettings(fields as never)).toThrow(
			new RegExp(`^'${label}' of the Redis credential`),
		);
	});
});

describe('what goes wrong with Redis', () => {
	const settings = readRedisSettings({ host: 'h', password: 'pa55word', tls: true });

	test.each<[string, string, string]>([
		["NOPERM this user has no permissions to run the 'publish' command", 'refused', '+publish'],
		['LOADING Redis is loading the dataset in memory', 'refused', 'Try again'],
		['DENIED Redis is running in protected mode', 'refused', 'requirepass'],
		['ERR unknown', 'refused', 'Check the Redis server'],
	])('%s', (reply, kind, advice) => {
		const failure = redisFailure(new Error(reply), settings, 'PUBLISH');
		expect(failure.kind).toBe(kind);
		expect(failure.message).toBe(`PUBLISH was refused by Redis at h:6379: ${reply}`);
		expect(failure.description).toContain(advice);
	});

	test.each<[string, string, string]>([
		['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', 'certificate of h was not accepted'],
		['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', 'does not speak TLS'],
		['ECONNREFUSED', 'unreachable', 'No server accepts connections'],
		['ENOTFOUND', 'unreachable', 'was not found'],
		['ECONNRESET', 'unreachable', "Can't connect to Redis"],
	])('%s', (code, kind, words) => {
		const error = Object.assign(new Error('as Node says'), { code });
		expect(redisFailure(error, settings, 'The login')).toMatchObject({
			kind,
			message: expect.stringContaining(words) as string,
		});
	});

	test('no password is shown', () => {
		const words = 'ERR pa55word is wrong';
		expect(redisFailure(new Error(words), settings, 'X').message).toContain('ERR [hidden]');
		expect(lostConnection(settings, new Error('pa55word')).message).not.toContain('pa55word');
	});
});
