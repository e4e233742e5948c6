import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { READINESS_PATH } from '../n8n/n8nProcess.mts';
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
	readonly signal?: AbortSignal;
}

/** Starts a Caddy on 127.0.0.1 that leads webhooks to the processors that are ready, all else to main. */
export async function startCaddy(options: CaddyOptions): Promise<ServerProcess> {
	const { folder, port, signal } = options;
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const file = join(folder, 'Caddyfile');
	writeFileSync(file, caddyfile(options));
	return await startServer({
		name: 'Caddy',
		command: 'caddy',
		args: ['run', '--config', file, '--adapter', 'caddyfile'],
		cwd: folder,
		env: { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
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

/** examples/cluster/Caddyfile is the same for a server on the internet. */
function caddyfile({ port, main, processors }: CaddyOptions): string {
	const ready = `health_uri ${READINESS_PATH}
		health_interval 1s
		health_timeout 2s`;
	return `{
	admin off
	auto_https off
}

http://${LOOPBACK}:${port} {
	bind ${LOOPBACK}
	@webhooks path /webhook/* /webhook-waiting/* /form/* /form-waiting/* /mcp/*
	reverse_proxy @webhooks ${processors.map(hostOf).join(' ')} {
		lb_policy round_robin
		${ready}
	}
	reverse_proxy ${hostOf(main)} {
		${ready}
	}
}
`;
}
