import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Script } from '../../lib/cluster/script.ts';
import { connection, redisCommand } from '../support/clusterRedis.mts';
import { freePort, redisIsInstalled, RedisServer } from '../support/redisServer.mts';
import { selfSigned } from '../support/selfSigned.mts';

const COUNT = new Script(`return redis.call('INCR', KEYS[1])`);
const command = { keys: ['{a}:count'] as const, args: [], limitMs: 5_000 };

describe.runIf(redisIsInstalled)('the connection to the Redis that processes share', () => {
	let server: RedisServer;
	beforeEach(async () => {
		server = await RedisServer.start('--requirepass', 'a-long-secret');
	});
	afterEach(async () => await server.stop());
	const login = { password: 'a-long-secret' };

	test('a script is sent once, then called by its hash; after a restart sent again', async () => {
		const redis = connection(server, login);
		expect(await Promise.all([1, 2, 3].map(() => redis.run(COUNT, command)))).toEqual([1, 2, 3]);
		await server.stop();
		await server.start();
		expect(await redis.run(COUNT, command)).toBe(1);
	});

	test('away, it says so within its limit; back, it is used at once', async () => {
		const redis = connection(server, login);
		await redis.run(COUNT, command);
		await server.stop();
		const asked = redis.run(COUNT, { ...command, limitMs: 200 });
		await expect(asked).rejects.toMatchObject({
			name: 'SharedRedisError',
			kind: 'unreachable',
			message: expect.stringContaining(`127.0.0.1:${server.port}`),
		});
		await server.start();
		expect(await redis.run(COUNT, command)).toBe(1);
	});

	test('what is asked while it starts again waits for it', async () => {
		const redis = connection(server, login);
		await server.stop();
		const asked = redis.run(COUNT, { ...command, limitMs: 30_000 });
		await server.start();
		expect(await asked).toBe(1);
	});

	test('one that hangs is told within the limit, and leaves no connections behind', async () => {
		const redis = connection(server, login);
		await redis.run(COUNT, command);
		server.pause();
		for (let i = 0; i < 3; i += 1) {
			const asked = redis.run(COUNT, { ...command, limitMs: 100 });
			await expect(asked).rejects.toMatchObject({ kind: 'timeout' });
		}
		server.resume();
		await expect.poll(async () => await redis.run(COUNT, command)).toBeGreaterThan(1);
		// The one that asks, and the one of the process.
		await expect
			.poll(async () =>
				String(await redisCommand(server, login, 'CLIENT', 'LIST'))
					.trim()
					.split('\n'),
			)
			.toHaveLength(2);
	});

	test('a wrong password is told without either of the two', async () => {
		const redis = connection(server, { password: 'not-the-right-one' });
		const error: unknown = await redis.run(COUNT, command).catch((caught: unknown) => caught);
		expect(error).toMatchObject({ kind: 'refused' });
		expect(String(error)).toContain('WRONGPASS');
		expect(JSON.stringify([String(error), error])).not.toMatch(/a-long-secret|not-the-right/);
	});

	test('TLS where Redis has none, and none where it wants it, is named', async () => {
		const plain = connection(server, {
			...login,
			tls: { serverName: undefined, isCertificateChecked: false },
		});
		await expect(plain.run(COUNT, { ...command, limitMs: 500 })).rejects.toMatchObject({
			kind: 'timeout',
			message: `Redis at 127.0.0.1:${server.port} did not reply in time. TLS is on: check that this Redis uses it`,
		});
		const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'));
		const { key, cert } = selfSigned('localhost');
		const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
		writeFileSync(keyFile, key);
		writeFileSync(certFile, cert);
		const files = ['--tls-key-file', keyFile, '--tls-cert-file', certFile];
		const tlsPort = await freePort();
		const settings = ['--tls-port', String(tlsPort), '--tls-auth-clients', 'no'];
		const secure = await RedisServer.start(...settings, ...files, '--tls-ca-cert-file', certFile);
		try {
			const asked = connection({ port: tlsPort }, {}).run(COUNT, { ...command, limitMs: 500 });
			await expect(asked).rejects.toMatchObject({
				message: expect.stringMatching(
					new RegExp(
						`127.0.0.1:${tlsPort}.*\\. TLS is off: check that this Redis works without it$`,
					),
				),
			});
		} finally {
			await secure.stop();
			rmSync(folder, { recursive: true, force: true });
		}
	});

	test('an idle connection, and a server that is away, keep no process alive', async () => {
		const held = () => process.getActiveResourcesInfo().filter((kind) => /TCP/.test(kind));
		const redis = connection(server, login);
		await redis.run(COUNT, command);
		const away = connection({ port: await freePort() });
		await away.run(COUNT, { ...command, limitMs: 100 }).catch(() => undefined);
		expect(await redis.run(COUNT, command)).toBe(2);
		await expect.poll(held).toEqual([]);
	});
});
