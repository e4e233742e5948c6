import { describe, expect, test } from 'vitest';
import { isQueueMode, n8nKeyPrefix, n8nRedis } from '../../lib/cluster/n8nRedis.ts';

const files: Readonly<Record<string, string>> = {
	'/run/secrets/password': '  from the file\n',
	'/run/secrets/port': '6390\n',
};
const readFile = (path: string): string => {
	const content = files[path];
	if (content === undefined) throw new Error(`ENOENT: ${path}`);
	return content;
};

describe("n8n's own Redis, found by n8n's own variables", () => {
	test.each([
		['queue', true],
		['"queue"', true],
		[' queue ', true],
		['regular', false],
		['Queue', false],
		['', false],
		[undefined, false],
	])('EXECUTIONS_MODE=%s is queue mode: %s', (mode, is) => {
		expect(isQueueMode({ EXECUTIONS_MODE: mode })).toBe(is);
	});

	test('without any of them it is what n8n takes', () => {
		expect(n8nRedis({})).toEqual({
			servers: [{ host: 'localhost', port: 6379 }],
			isCluster: false,
			user: '',
			password: '',
			database: 0,
			tls: undefined,
			addressFamily: 4,
		});
		expect(n8nKeyPrefix({})).toBe('n8n');
	});

	test('values, quotes and files count as they do for n8n', () => {
		const env = {
			QUEUE_BULL_REDIS_HOST: '"redis.internal"',
			QUEUE_BULL_REDIS_PORT_FILE: '/run/secrets/port',
			QUEUE_BULL_REDIS_USERNAME: " 'shop' ",
			QUEUE_BULL_REDIS_PASSWORD_FILE: '/run/secrets/password',
			QUEUE_BULL_REDIS_DB: '3',
			QUEUE_BULL_REDIS_TLS: 'TRUE',
			QUEUE_BULL_REDIS_TLS_SERVERNAME: 'redis.example.com',
			QUEUE_BULL_REDIS_TLS_VALIDATE_CERTIFICATE: '0',
			QUEUE_BULL_REDIS_DUALSTACK: '1',
		};
		expect(n8nRedis(env, readFile)).toEqual({
			servers: [{ host: 'redis.internal', port: 6390 }],
			isCluster: false,
			user: 'shop',
			password: 'from the file',
			database: 3,
			tls: { serverName: 'redis.example.com', isCertificateChecked: false },
			addressFamily: 0,
		});
		expect(n8nKeyPrefix({ N8N_REDIS_KEY_PREFIX: "'shop'" })).toBe('shop');
	});

	test('a variable goes before its file, also where it is empty', () => {
		const env = {
			QUEUE_BULL_REDIS_PASSWORD: '',
			QUEUE_BULL_REDIS_PASSWORD_FILE: '/run/secrets/password',
			QUEUE_BULL_REDIS_PORT: '',
			QUEUE_BULL_REDIS_PORT_FILE: '/run/secrets/port',
		};
		expect(n8nRedis(env, readFile)).toMatchObject({ password: '', servers: [{ port: 6379 }] });
	});

	test.each([
		['QUEUE_BULL_REDIS_PORT', 'six', { servers: [{ host: 'localhost', port: 6379 }] }],
		['QUEUE_BULL_REDIS_TLS', 'yes', { tls: undefined }],
		['QUEUE_BULL_REDIS_TLS', '"true"', { tls: undefined }],
		['QUEUE_BULL_REDIS_DB', '', { database: 0 }],
	])('%s=%s is what n8n makes of it', (name, value, expected) => {
		expect(n8nRedis({ [name]: value })).toMatchObject(expected);
	});

	test('the nodes of a cluster', () => {
		const env = { QUEUE_BULL_REDIS_CLUSTER_NODES: 'a:7000, b:7001,', QUEUE_BULL_REDIS_DB: '3' };
		expect(n8nRedis(env)).toMatchObject({
			servers: [
				{ host: 'a', port: 7000 },
				{ host: 'b', port: 7001 },
			],
			isCluster: true,
			database: 0,
		});
	});

	test('a file that cannot be read is named, and no other value', () => {
		const env = {
			QUEUE_BULL_REDIS_PASSWORD: 'a secret',
			QUEUE_BULL_REDIS_HOST_FILE: '/run/secrets/none',
		};
		expect(() => n8nRedis(env, readFile)).toThrow('ENOENT: /run/secrets/none');
	});
});
