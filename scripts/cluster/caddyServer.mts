import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { READINESS_PATH } from '../n8n/n8nProcess.mts';
import { CHECKOUT } from '../support/paths.mts';
import { LOOPBACK } from '../support/ports.mts';
import { startServer } from '../support/serverProcess.mts';
import type { ServerProcess } from '../support/serverProcess.mts';

export const isCaddyInstalled = () =>
	spawnSync('caddy', ['version'], { stdio: 'ignore' }).status === 0;

export interface CaddyOptions {
	/** Its own; made where it is not there. */
	readonly folder: string;
	readonly port: number;
	/** Addresses. */
	readonly main: string;
	readonly processors: readonly string[];
	/** Of a Laravel Reverb. @default none */
	readonly reverb?: string;
	readonly signal?: AbortSignal;
}

/** The one for production, with addresses from the environment. */
export const CADDYFILE = join(CHECKOUT, 'examples', 'cluster', 'Caddyfile');

/** What a Caddy on 127.0.0.1 has in its environment. */
export function caddyEnv(options: CaddyOptions): NodeJS.ProcessEnv {
	const { folder, port, main, processors, reverb } = options;
	return {
		...process.env,
		XDG_DATA_HOME: folder,
		XDG_CONFIG_HOME: folder,
		SITE_ADDRESS: `http://${LOOPBACK}:${port}`,
		CADDY_BIND: LOOPBACK,
		MAIN: hostOf(main),
		PROCESSORS: processors.map(hostOf).join(' '),
		...(reverb === undefined ? {} : { REVERB: hostOf(reverb) }),
	};
}

/** Starts a Caddy on 127.0.0.1 that leads webhooks to the processors that are ready, all else to main. */
export async function startCaddy(options: CaddyOptions): Promise<ServerProcess> {
	const { folder, port, signal } = options;
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	return await startServer({
		name: 'Caddy',
		command: 'caddy',
		args: ['run', '--config', CADDYFILE, '--adapter', 'caddyfile'],
		cwd: folder,
		env: caddyEnv(options),
		logFile: join(folder, 'caddy.log'),
		isReady: async () => {
			const answer = await fetch(`http://${LOOPBACK}:${port}${READINESS_PATH}`);
			await answer.arrayBuffer();
			return answer.ok;
		},
		signal,
	});
}

const hostOf = (address: string) => new URL(address).host;
