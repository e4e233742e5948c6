import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startN8n, type N8nProcess } from '../../scripts/n8n/n8nProcess.mts';
import { communityPackagesFolder, PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import type { N8nRuntime } from '../../scripts/n8n/runtimeFolder.mts';
import { freePorts } from '../../scripts/support/ports.mts';

/** A start of n8n, until it answers on `/healthz/readiness`. */
export interface Start {
	readonly seconds: number;
	/** Of processor time; undefined where the system does not tell. */
	readonly cpuSeconds: number | undefined;
}

/** A tick of Linux's clock for processor time. */
const TICKS_PER_SECOND = 100;
const MOST_TRIES = 5;

/** Starts n8ns one after the other, each on a copy of one user folder that was migrated before. */
export class Starts {
	readonly #encryptionKey = randomBytes(24).toString('hex');
	readonly #runtime: N8nRuntime;
	readonly #folder: string;

	constructor(runtime: N8nRuntime, folder: string) {
		this.#runtime = runtime;
		this.#folder = folder;
	}

	/** Lets n8n migrate its database, which it does once. */
	async prepare(): Promise<void> {
		const { n8n } = await this.#start(this.#prepared);
		await n8n.stop();
	}

	/** @param packageFolder an installed package, or undefined for an n8n without */
	async measure(packageFolder: string | undefined): Promise<Start> {
		const userFolder = join(this.#folder, 'started');
		cpSync(this.#prepared, userFolder, { recursive: true });
		if (packageFolder !== undefined) {
			const place = join(communityPackagesFolder(userFolder), PACKAGE_NAME);
			mkdirSync(dirname(place), { recursive: true });
			cpSync(packageFolder, place, { recursive: true });
		}
		const { n8n, seconds } = await this.#start(userFolder);
		const cpuSeconds = cpuSecondsOf(n8n.pid);
		await n8n.stop();
		rmSync(userFolder, { recursive: true, force: true, maxRetries: 3 });
		return { seconds, cpuSeconds };
	}

	get #prepared(): string {
		return join(this.#folder, 'prepared');
	}

	async #start(userFolder: string): Promise<{ n8n: N8nProcess; seconds: number }> {
		const encryptionKey = this.#encryptionKey;
		for (let tries = 1; ; tries++) {
			const [port = 0, brokerPort = 0] = await freePorts(2);
			const options = { runtime: this.#runtime, port, brokerPort, userFolder, encryptionKey };
			const started = performance.now();
			try {
				const n8n = await startN8n(options);
				return { n8n, seconds: (performance.now() - started) / 1000 };
			} catch (error) {
				// Another program may have taken the port before n8n came to it.
				const isTaken = error instanceof Error && error.message.includes('already in use');
				if (!isTaken || tries === MOST_TRIES) throw error;
			}
		}
	}
}

function cpuSecondsOf(pid: number): number | undefined {
	if (process.platform !== 'linux') return undefined;
	const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
	// The name of the program, in brackets, may hold spaces; the 12th and 13th fields behind it count.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
