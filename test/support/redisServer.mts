import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { isRedisInstalled } from '../../scripts/cluster/redisServer.mts';
import { freePorts } from '../../scripts/support/ports.mts';

/** Whether a real Redis can be started here; suites that need one are skipped without it. */
export const redisIsInstalled = isRedisInstalled();

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
	const [port = 0] = await freePorts(1);
	return port;
}

/** A real redis-server on 127.0.0.1 that keeps nothing on disk. */
export class RedisServer {
	#process: ChildProcess | undefined;

	private readonly extra: readonly string[];

	readonly port: number;

	private constructor(port: number, extra: readonly string[]) {
		this.port = port;
		this.extra = extra;
	}

	/** @param extra further arguments of `redis-server`, such as `--requirepass x` */
	static async start(...extra: string[]): Promise<RedisServer> {
		const server = new RedisServer(await freePort(), extra);
		await server.start();
		return server;
	}

	get url(): string {
		return `redis://127.0.0.1:${this.port}/1`;
	}

	/** Starts it again on the same port after {@link stop}. Resolves when it accepts connections. */
	async start(): Promise<void> {
		const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', ...this.extra];
		const child = spawn('redis-server', args, {
			cwd: '/tmp',
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		this.#process = child;
		let said = '';
		await new Promise<void>((resolve, reject) => {
			child.once('error', reject);
			child.once('exit', () => reject(new Error(`redis-server ended: ${said}`)));
			child.stdout.setEncoding('utf8').on('data', (text: string) => {
				said += text;
				if (said.includes('Ready to accept connections')) resolve();
			});
		});
	}

	/** It hangs: connections stay, and are taken, but nothing is answered. */
	pause(): void {
		this.#process?.kill('SIGSTOP');
	}

	/** It answers again, and what it was asked meanwhile. */
	resume(): void {
		this.#process?.kill('SIGCONT');
	}

	/** Kills it, as a crash does. */
	async stop(): Promise<void> {
		const child = this.#process;
		this.#process = undefined;
		if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
		const ended = once(child, 'exit');
		child.kill('SIGKILL');
		await ended;
	}
}
