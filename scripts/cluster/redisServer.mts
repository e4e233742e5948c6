import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { LOOPBACK } from '../support/ports.mts';
import { startServer } from '../support/serverProcess.mts';
import type { ServerProcess } from '../support/serverProcess.mts';

/** Whether a real Redis can be started here. */
export const isRedisInstalled = () =>
	spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

/** How long it may take to say PONG. */
const PING_LIMIT_MS = 2_000;

export interface RedisOptions {
	/** Its own; made where it is not there. */
	readonly folder: string;
	readonly port: number;
	/**
	 * Whether it writes down each change, so that a restart finds n8n's queue as it was.
	 *
	 * @default true
	 */
	readonly appendOnly?: boolean;
	readonly signal?: AbortSignal;
}

/** Starts a Redis on 127.0.0.1. */
export async function startRedis(options: RedisOptions): Promise<ServerProcess> {
	const { folder, port, appendOnly = true, signal } = options;
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	return await startServer({
		name: 'Redis',
		command: 'redis-server',
		args: [
			...['--port', String(port), '--bind', LOOPBACK, '--dir', folder, '--save', ''],
			...['--appendonly', appendOnly ? 'yes' : 'no'],
		],
		cwd: folder,
		logFile: join(folder, 'redis.log'),
		isReady: async () => await saysPong(port),
		signal,
	});
}

/** While Redis reads what it wrote down it takes connections and answers that it is LOADING. */
async function saysPong(port: number): Promise<boolean> {
	return await new Promise((resolve, reject) => {
		const socket = createConnection({ host: LOOPBACK, port });
		socket.setTimeout(PING_LIMIT_MS, () => socket.destroy(new Error('no answer')));
		socket.once('error', reject);
		socket.once('connect', () => socket.write('PING\r\n'));
		socket.once('data', (answer) => {
			socket.destroy();
			resolve(answer.toString().startsWith('+PONG'));
		});
		socket.once('close', () => resolve(false));
	});
}
