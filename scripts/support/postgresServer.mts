import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LOOPBACK } from './ports.mts';
import { startServer } from './serverProcess.mts';
import type { ServerProcess } from './serverProcess.mts';

const binaries = findBinaries();

/** Whether a real PostgreSQL can be started here. */
export const isPostgresInstalled = () => binaries !== undefined;

export interface PostgresOptions {
	/** Its own; made where it is not there. The database is kept in it. */
	readonly folder: string;
	readonly port: number;
	/** What is written need not survive the machine, so that nobody waits for the disk. @default false */
	readonly isForTests?: boolean;
	/** Connections at a time. @default 100, PostgreSQL's own */
	readonly connections?: number;
	readonly signal?: AbortSignal;
}

/**
 * Starts a PostgreSQL on 127.0.0.1 with one database `n8n` that `n8n` owns, without a password.
 *
 * @throws where it cannot be started, with its own words
 */
export async function startPostgres(options: PostgresOptions): Promise<ServerProcess> {
	if (binaries === undefined) throw new Error('PostgreSQL is not installed.');
	const { folder, port, isForTests = false, connections = 100, signal } = options;
	const data = join(folder, 'data');
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const identity = unprivileged();
	if (identity !== undefined) {
		chownSync(folder, identity.uid, identity.gid);
		letThrough(dirname(folder));
	}
	const program = (name: string) => join(binaries, name);
	const isNew = !existsSync(join(data, 'PG_VERSION'));
	if (isNew) {
		run(
			program('initdb'),
			[
				...['-D', data, '-U', 'n8n', '--auth=trust', '-E', 'UTF8', '--locale=C'],
				...(isForTests ? ['--no-sync'] : []),
			],
			{ cwd: folder, ...identity },
		);
	}
	const server = await startServer({
		name: 'PostgreSQL',
		command: program('postgres'),
		args: [
			...['-D', data, '-p', String(port), '-h', LOOPBACK, '-k', folder],
			...['-c', `max_connections=${connections}`],
			...(isForTests ? ['-F'] : []),
		],
		cwd: folder,
		logFile: join(folder, 'postgres.log'),
		identity,
		stopSignal: 'INT', // does not wait for who is connected
		isReady: async () => spawnSync(program('pg_isready'), ['-q', ...at(port)]).status === 0,
		signal,
	});
	try {
		const known = run(program('psql'), [
			...at(port),
			'-tAc',
			'SELECT datname FROM pg_database',
			'postgres',
		]);
		if (!known.split('\n').includes('n8n')) run(program('createdb'), [...at(port), 'n8n']);
	} catch (error) {
		await server.kill9();
		throw error;
	}
	return server;
}

/** For `pg`. */
export function postgresUrl(port: number): string {
	return `postgresql://n8n@${LOOPBACK}:${port}/n8n`;
}

/** What makes an n8n use it. */
export function postgresEnv(port: number): Record<string, string> {
	return {
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: LOOPBACK,
		DB_POSTGRESDB_PORT: String(port),
		DB_POSTGRESDB_DATABASE: 'n8n',
		DB_POSTGRESDB_USER: 'n8n',
		DB_POSTGRESDB_PASSWORD: '',
	};
}

const at = (port: number) => ['-h', LOOPBACK, '-p', String(port), '-U', 'n8n'];

function run(
	command: string,
	args: readonly string[],
	options: { cwd?: string; uid?: number; gid?: number } = {},
): string {
	const { status, stdout, stderr, error } = spawnSync(command, args, {
		...options,
		encoding: 'utf8',
	});
	if (status === 0) return stdout;
	throw new Error(`${command} failed: ${error?.message ?? stderr}`);
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

/** The folder above it and the one above that: `npm run cluster` makes them. */
const OWN_FOLDERS = 2;

/**
 * The folders above have to let that user through, which is no more than knowing a name in them. Ours
 * are made to; others are not changed.
 *
 * @throws naming the folder that does not
 */
function letThrough(folder: string): void {
	for (let at = folder, depth = 1; at !== dirname(at); at = dirname(at), depth++) {
		const { mode } = statSync(at);
		if ((mode & 0o001) !== 0) continue;
		if (depth > OWN_FOLDERS) {
			throw new Error(
				`PostgreSQL does not run as root, and its user "postgres" cannot get through ${at}.\n` +
					'Name another folder for the data, such as DATA_DIR=/var/tmp/n8n-cluster, or run this as another user.',
			);
		}
		chmodSync(at, (mode & 0o777) | 0o011);
	}
}
