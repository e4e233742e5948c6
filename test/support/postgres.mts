import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	isPostgresInstalled,
	postgresEnv,
	postgresUrl,
	startPostgres,
} from '../../scripts/support/postgresServer.mts';
import type { ServerProcess } from '../../scripts/support/serverProcess.mts';
import { freePort } from './redisServer.mts';

/** Suites that need a real PostgreSQL are skipped without it. */
export const postgresIsInstalled = isPostgresInstalled();

/** A real PostgreSQL on 127.0.0.1 whose data are gone when it is closed. */
export class Postgres {
	readonly port: number;
	readonly #folder: string;
	readonly #server: ServerProcess;

	private constructor(port: number, folder: string, server: ServerProcess) {
		this.port = port;
		this.#folder = folder;
		this.#server = server;
	}

	/** Resolves when it accepts connections, with one database `n8n` that `n8n` owns. */
	static async start(): Promise<Postgres> {
		const folder = mkdtempSync(join(tmpdir(), 'postgres-test-'));
		const port = await freePort();
		return new Postgres(port, folder, await startPostgres({ folder, port, isForTests: true }));
	}

	/** For `pg`. */
	get url(): string {
		return postgresUrl(this.port);
	}

	/** What makes an n8n use it. */
	get n8nEnv(): Record<string, string> {
		return postgresEnv(this.port);
	}

	/** Stops it at once and removes its data. */
	async close(): Promise<void> {
		await this.#server.stop();
		rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
	}
}
