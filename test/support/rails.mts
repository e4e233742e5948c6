import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, redisIsInstalled } from './redisServer.mts';

const FOLDER = join(import.meta.dirname, 'action-cable');

/** Whether Rails with Action Cable, Puma and Redis can be started here. */
export const railsIsInstalled =
	redisIsInstalled &&
	spawnSync('ruby', ['-e', "require 'action_cable/engine'; require 'redis'; require 'puma'"], {
		stdio: 'ignore',
	}).status === 0;

/** What to install for the suites that need it, on Debian. */
export const RAILS_PACKAGES = 'ruby-actioncable ruby-railties puma ruby-redis redis-server';

/** Of config.ru. */
export const CHANNEL_PREFIX = 'testapp_production';

/** A real Rails application with Action Cable, on 127.0.0.1. */
export class RailsServer {
	readonly port: number;

	#process: ChildProcess | undefined;
	private readonly redisUrl: string;
	private readonly allowedOrigin: string;

	private constructor(port: number, redisUrl: string, allowedOrigin: string) {
		this.port = port;
		this.redisUrl = redisUrl;
		this.allowedOrigin = allowedOrigin;
	}

	/** @param allowedOrigin may connect besides the server's own address */
	static async start(
		redisUrl: string,
		allowedOrigin = 'https://allowed.example.com',
	): Promise<RailsServer> {
		const server = new RailsServer(await freePort(), redisUrl, allowedOrigin);
		await server.start();
		return server;
	}

	get url(): string {
		return `ws://127.0.0.1:${this.port}/cable?token=ana`;
	}

	/** Starts it again on the same port after {@link stop}. Resolves when it accepts connections. */
	async start(): Promise<void> {
		const args = ['-b', `tcp://127.0.0.1:${this.port}`, '-t', '1:5', 'config.ru'];
		const { redisUrl: REDIS_URL, allowedOrigin: ALLOWED_ORIGIN } = this;
		const env = { ...process.env, REDIS_URL, ALLOWED_ORIGIN, RAILS_ENV: 'production' };
		const child = spawn('puma', args, { cwd: FOLDER, env, stdio: ['ignore', 'pipe', 'pipe'] });
		this.#process = child;
		let said = '';
		child.stderr.setEncoding('utf8').on('data', (text: string) => void (said += text));
		await new Promise<void>((resolve, reject) => {
			child.once('error', reject);
			child.once('exit', () => reject(new Error(`puma ended: ${said}`)));
			child.stdout.setEncoding('utf8').on('data', (text: string) => {
				said += text;
				if (said.includes('Use Ctrl-C to stop')) resolve();
			});
		});
		// Puma listens before the application has booted: the first answer waits for it.
		await this.post('/broadcast', { stream: 'none', messages: [] });
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

	/** Ends it as a deployment does: Action Cable says goodbye to its clients. */
	async terminate(): Promise<void> {
		const child = this.#process;
		this.#process = undefined;
		if (child === undefined) return;
		const ended = once(child, 'exit');
		child.kill('SIGTERM');
		await Promise.race([ended, sleep(10_000).then(() => child.kill('SIGKILL'))]);
	}

	/** Broadcasts from inside of the application. */
	async broadcast(stream: string, ...messages: unknown[]): Promise<void> {
		await this.post('/broadcast', { stream, messages });
	}

	/** Broadcasts `{event: 'counted', payload: {n}}` for n from 0. */
	async burst(stream: string, count: number): Promise<void> {
		await this.post('/broadcast', { stream, count });
	}

	/** Ends a user's connections by command. */
	async disconnect(user: string): Promise<void> {
		await this.post('/disconnect', { user });
	}

	private async post(path: string, body: unknown): Promise<void> {
		const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
			method: 'POST',
			body: JSON.stringify(body),
		});
		if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
	}
}
