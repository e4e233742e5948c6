import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './redisServer.mts';

const binaries = findBinaries();

/** Whether a real PostgreSQL can be started here; suites that need one are skipped without it. */
export const postgresIsInstalled = binaries !== undefined;

/** A real PostgreSQL on 127.0.0.1 whose data are gone when it is closed. */
export class Postgres {
	readonly port: number;
	readonly #folder: string;
	readonly #process: ChildProcess;

	private constructor(port: number, folder: string, process: ChildProcess) {
		this.port = port;
		this.#folder = folder;
		this.#process = process;
	}

	/** Resolves when it accepts connections, with one database `n8n` that `n8n` owns. */
	static async start(): Promise<Postgres> {
		if (binaries === undefined) throw new Error('PostgreSQL is not installed');
		const folder = mkdtempSync(join(tmpdir(), 'postgres-test-'));
		const identity = unprivileged();
		if (identity !== undefined) chownSync(folder, identity.uid, identity.gid);
		const options = { cwd: folder, ...identity };
		const data = join(folder, 'data');
		const made = spawnSync(
			join(binaries, 'initdb'),
			['-D', data, '-U', 'n8n', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
			{ ...options, encoding: 'utf8' },
		);
		if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
		const port = await freePort();
		const child = spawn(
			join(binaries, 'postgres'),
			// Its data are not meant to last, so it need not wait for the disk.
			['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F'],
			{ ...options, stdio: ['ignore', 'ignore', 'pipe'] },
		);
		await ready(child);
		const created = spawnSync(
			join(binaries, 'createdb'),
			['-h', '127.0.0.1', '-p', String(port), '-U', 'n8n', 'n8n'],
			{ encoding: 'utf8' },
		);
		if (created.status !== 0) throw new Error(`createdb: ${created.stderr}`);
		return new Postgres(port, folder, child);
	}

	/** For `pg`. */
	get url(): string {
		return `postgresql://n8n@127.0.0.1:${this.port}/n8n`;
	}

	/** What makes an n8n use it. */
	get n8nEnv(): Record<string, string> {
		return {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(this.port),
			DB_POSTGRESDB_DATABASE: 'n8n',
			DB_POSTGRESDB_USER: 'n8n',
			DB_POSTGRESDB_PASSWORD: '',
		};
	}

	/** Stops it at once and removes its data. */
	async close(): Promise<void> {
		if (this.#process.exitCode === null && this.#process.signalCode === null) {
			const ended = once(this.#process, 'exit');
			this.#process.kill('SIGQUIT');
			await ended;
		}
		rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
	}
}

async function ready(child: ChildProcess): Promise<void> {
	let said = '';
	await new Promise<void>((resolve, reject) => {
		child.once('error', reject);
		child.once('exit', () => reject(new Error(`postgres ended: ${said}`)));
		child.stderr?.setEncoding('utf8').on('data', (text: string) => {
			if (said.includes('ready to accept connections')) return;
			said += text;
			if (said.includes('ready to accept connections')) resolve();
		});
	});
}

/** Debian keeps the server's programs outside of PATH, one folder for each version. */
function findBinaries(): string | undefined {
	const debian = '/usr/lib/postgresql';
	const versions = existsSync(debian) ? readdirSync(debian) : [];
	const folders = [
		...versions
			.sort((a, b) => Number(b) - Number(a))
			.map((version) => join(debian, version, 'bin')),
		...(process.env.PATH ?? '').split(':'),
	];
	return folders.find(
		(folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
	);
}

/** PostgreSQL refuses to run as root; its package brings a user of its own. */
function unprivileged(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const id = (flag: string) =>
		Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout.trim());
	return { uid: id('-u'), gid: id('-g') };
}
