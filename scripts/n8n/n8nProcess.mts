import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { endOf, signalGroup, waitUntilReady } from '../support/ownProcess.mts';
import type { Ending } from '../support/ownProcess.mts';
import { node24 } from '../support/paths.mts';
import { LOOPBACK } from '../support/ports.mts';
import { tailOf } from '../support/step.mjs';
import { n8nEnv } from './n8nEnv.mts';
import type { N8nEnvOptions } from './n8nEnv.mts';
import type { N8nRuntime } from './runtimeFolder.mts';

/** A first start takes 10-15 s on two cores, far longer on a loaded machine. */
const READY_LIMIT_MS = 300_000;
const STOP_LIMIT_MS = 20_000;

export interface N8nProcessOptions extends N8nEnvOptions {
	runtime: N8nRuntime;
	/** Which of n8n's processes. @default `['start']`: main */
	command?: readonly string[];
	/** @default `<userFolder>/n8n.log`; n8n's output is appended */
	logFile?: string;
	/** Ends the wait for readiness (and n8n with it). */
	signal?: AbortSignal;
}

/** One running n8n. Its task runners stand in the same process group and end with it. */
export interface N8nProcess {
	readonly url: string;
	readonly pid: number;
	readonly logFile: string;
	/** Resolves when n8n has ended, for whatever reason. */
	readonly ended: Promise<Ending>;
	/** The end of this run's log. */
	logTail(lines?: number): string;
	/** SIGTERM, and SIGKILL after 20 s. Resolves when nothing of it is left. */
	stop(): Promise<void>;
	/** SIGKILL at once to n8n and its children, as a crash would. */
	kill9(): Promise<void>;
}

/** Its answers say whether it can be used, whatever kind of process it is. */
export const READINESS_PATH = '/healthz/readiness';

/**
 * Starts n8n and waits until it answers on `/healthz/readiness`.
 *
 * @throws when it ends before that or takes over 5 minutes, with the end of its log
 */
export async function startN8n(options: N8nProcessOptions): Promise<N8nProcess> {
	const n8n = spawnN8n(options);
	try {
		await waitUntilReady({
			name: 'n8n',
			logFile: n8n.logFile,
			ended: n8n.ended,
			isReady: async () => await isReady(n8n.url),
			logTail: () => n8n.logTail(),
			limitMs: READY_LIMIT_MS,
			everyMs: 100,
			signal: options.signal,
		});
	} catch (error) {
		await n8n.kill9();
		throw error;
	}
	return n8n;
}

function spawnN8n(options: N8nProcessOptions): N8nProcess {
	mkdirSync(options.userFolder, { recursive: true });
	const logFile = options.logFile ?? join(options.userFolder, 'n8n.log');
	mkdirSync(dirname(logFile), { recursive: true });
	const log = openSync(logFile, 'a', 0o600);
	const logStart = fstatSync(log).size;
	const guard = new URL('./exitWithParent.mts', import.meta.url).href;
	const args = [
		'--disable-warning=ExperimentalWarning',
		'--import',
		guard,
		options.runtime.bin,
		...(options.command ?? ['start']),
	];
	const child = spawn(node24(), args, {
		cwd: options.userFolder,
		env: n8nEnv(options),
		stdio: ['ignore', log, log, 'pipe'],
		detached: true,
	});
	closeSync(log);
	const { pid } = child;
	const ended = endOf(child);
	if (pid === undefined) throw new Error(`n8n could not be started with ${node24()}`);
	const onExit = () => signalGroup(pid, 'SIGKILL');
	process.once('exit', onExit);
	void ended.then(() => {
		signalGroup(pid, 'SIGKILL');
		process.removeListener('exit', onExit);
	});
	return {
		url: `http://${LOOPBACK}:${options.port}`,
		pid,
		logFile,
		ended,
		logTail: (lines) => tailOf(logFile, lines, logStart),
		stop: async () => {
			child.kill('SIGTERM');
			const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), STOP_LIMIT_MS);
			await ended.finally(() => clearTimeout(timer));
		},
		kill9: async () => {
			signalGroup(pid, 'SIGKILL');
			await ended;
		},
	};
}

async function isReady(url: string): Promise<boolean> {
	try {
		const answer = await fetch(`${url}${READINESS_PATH}`, { signal: AbortSignal.timeout(5_000) });
		await answer.arrayBuffer();
		return answer.ok;
	} catch {
		return false; // not listening yet
	}
}
