import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import Pusher from 'pusher';
import { ensureSoketi, type SoketiProgram } from '../../scripts/peers/soketi.mts';
import { freePorts, LOOPBACK } from '../../scripts/support/ports.mts';

/** The one app of the server. */
export const APP = { appId: 'app1', key: 'key1', secret: 'soketi-secret-that-is-not-shown' };

/** 32 bytes, in base64. */
export const MASTER_KEY = Buffer.alloc(32, 'master-key').toString('base64');

const LIMIT_MS = 60_000;

/** Runs a command and tells its number; ends it when the process that wanted it is gone. */
const WITH_PARENT = '"$@" >/dev/null & echo $!; cat >/dev/null; kill -9 $! 2>/dev/null';

/** A real soketi on 127.0.0.1. */
export class Soketi {
	readonly port: number;
	private child: ChildProcess | undefined;
	private pid: number | undefined;
	private readonly program: SoketiProgram;
	private readonly settings: Readonly<Record<string, string>>;

	private constructor(
		program: SoketiProgram,
		port: number,
		settings: Readonly<Record<string, string>>,
	) {
		this.program = program;
		this.port = port;
		this.settings = settings;
	}

	/**
	 * Starts one, installed first where it is missing.
	 *
	 * @param settings environment variables such as `SOKETI_DEFAULT_APP_MAX_CONNS`
	 */
	static async start(settings: Readonly<Record<string, string>> = {}): Promise<Soketi> {
		const program = await ensureSoketi();
		const [port = 0] = await freePorts(1);
		const soketi = new Soketi(program, port, settings);
		await soketi.run();
		return soketi;
	}

	get url(): string {
		return `http://${LOOPBACK}:${this.port}`;
	}

	/** Fields of the credential 'Pusher API'. */
	get credential(): Record<string, string | number | boolean> {
		return {
			...APP,
			server: 'soketi',
			cluster: '',
			host: LOOPBACK,
			port: this.port,
			tls: false,
			path: '',
			authEndpoint: '',
			authHeaders: '',
			encryptionMasterKey: MASTER_KEY,
		};
	}

	/** The vendor's own library, towards this server. */
	get pusher(): Pusher {
		return new Pusher({
			...APP,
			host: LOOPBACK,
			port: String(this.port),
			useTLS: false,
			encryptionMasterKeyBase64: MASTER_KEY,
		});
	}

	/** Starts it on its port; resolves when it answers. */
	async run(): Promise<void> {
		const [metricsPort] = await freePorts(1);
		const env = {
			...process.env,
			SOKETI_HOST: LOOPBACK,
			SOKETI_PORT: String(this.port),
			SOKETI_METRICS_ENABLED: 'false',
			// Its own port is open in any case, and on all addresses unless told otherwise.
			SOKETI_METRICS_HOST: LOOPBACK,
			SOKETI_METRICS_SERVER_PORT: String(metricsPort),
			SOKETI_SHUTDOWN_GRACE_PERIOD: '0',
			SOKETI_DEFAULT_APP_ID: APP.appId,
			SOKETI_DEFAULT_APP_KEY: APP.key,
			SOKETI_DEFAULT_APP_SECRET: APP.secret,
			SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES: 'true',
			...this.settings,
		};
		const { node, script } = this.program;
		const child = spawn('sh', ['-c', WITH_PARENT, 'sh', node, script, 'start'], {
			env,
			stdio: ['pipe', 'pipe', 'ignore'],
		});
		this.child = child;
		child.stdout.setEncoding('utf8').once('data', (line: string) => (this.pid = Number(line)));
		const deadline = Date.now() + LIMIT_MS;
		while (!(await this.answers())) {
			if (Date.now() > deadline) throw new Error(`soketi did not start on port ${this.port}`);
			await sleep(50);
		}
	}

	/** Ends it as a crash would. */
	async kill(): Promise<void> {
		await this.end('SIGKILL');
	}

	/** Ends it in good order: it tells its clients to connect again. */
	async stop(): Promise<void> {
		await this.end('SIGTERM');
	}

	private async end(signal: NodeJS.Signals): Promise<void> {
		const { child, pid } = this;
		if (child === undefined || pid === undefined) return;
		this.child = undefined;
		this.pid = undefined;
		process.kill(pid, signal);
		const deadline = Date.now() + LIMIT_MS;
		while ((await this.answers()) && Date.now() < deadline) await sleep(20);
		child.stdin?.end();
	}

	private async answers(): Promise<boolean> {
		const answer = await fetch(this.url, { headers: { connection: 'close' } }).catch(
			() => undefined,
		);
		return answer?.ok === true;
	}
}
