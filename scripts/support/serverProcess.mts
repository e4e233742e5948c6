import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { endOf, signalGroup, untilGroupIsGone, waitUntilReady } from './ownProcess.mts';
import type { Ending } from './ownProcess.mts';
import { tailOf } from './step.mjs';

/** First starts on a machine that is busy with other things take a minute. */
const READY_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 20_000;

/**
 * Runs the server, and ends it when file descriptor 3 is closed: this is how it learns that the process
 * which started it is gone, even by kill -9. What a shell puts into the background ignores Ctrl-C.
 */
const WITH_PARENT =
	'signal=$1; shift; "$@" 3<&- & server=$!; { cat <&3 >/dev/null; kill -s "$signal" $server; } & wait $server';

export interface ServerOptions {
	/** For people, such as `Redis`. */
	readonly name: string;
	readonly command: string;
	readonly args: readonly string[];
	readonly cwd: string;
	readonly env?: NodeJS.ProcessEnv;
	/** Its output is appended. */
	readonly logFile: string;
	/** Whom to run as; only root may. */
	readonly identity?: { readonly uid: number; readonly gid: number };
	/** What makes it stop in good order. @default SIGTERM */
	readonly stopSignal?: 'TERM' | 'INT' | 'QUIT';
	/** Whether it can be used; asked again and again. May throw as long as it cannot. */
	isReady(): Promise<boolean>;
	/** Ends the wait for readiness, and the server with it. */
	readonly signal?: AbortSignal;
}

/** One running server of another project. It ends with the process that started it. */
export interface ServerProcess {
	/** Of its process group, which the server is in. */
	readonly pid: number;
	readonly logFile: string;
	/** Resolves when it has ended, for whatever reason. */
	readonly ended: Promise<Ending>;
	/** In good order, and SIGKILL after 20 s. */
	stop(): Promise<void>;
	/** As a crash would end it. */
	kill9(): Promise<void>;
	/** It hangs: connections stay, and nothing is answered. */
	pause(): void;
	resume(): void;
}

/**
 * Starts a server and waits until it can be used.
 *
 * @throws when it ends before that or takes over two minutes, with the end of its log
 */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
	const { name, command, args, cwd, env, logFile, identity, stopSignal = 'TERM' } = options;
	mkdirSync(dirname(logFile), { recursive: true });
	const log = openSync(logFile, 'a', 0o600);
	const logStart = fstatSync(log).size;
	const child = spawn('sh', ['-c', WITH_PARENT, 'sh', stopSignal, command, ...args], {
		cwd,
		env: env ?? process.env,
		...identity,
		stdio: ['ignore', log, log, 'pipe'],
		detached: true,
	});
	closeSync(log);
	const ended = endOf(child);
	const { pid } = child;
	if (pid === undefined) throw new Error(`${name} could not be started.`);
	const alive = child.stdio[3] as Duplex;
	alive.on('error', () => {}); // it ended first
	const signalAll = (which: NodeJS.Signals) => signalGroup(pid, which);
	const onExit = () => signalAll('SIGKILL');
	process.once('exit', onExit);
	void ended.then(() => {
		signalAll('SIGKILL');
		process.removeListener('exit', onExit);
	});
	const kill9 = async () => {
		signalAll('SIGKILL');
		await ended;
		// PostgreSQL starts on no folder whose last process is still in the list.
		await untilGroupIsGone(pid);
	};
	const server: ServerProcess = {
		pid,
		logFile,
		ended,
		stop: async () => {
			signalAll('SIGCONT');
			alive.destroy();
			const timer = setTimeout(() => signalAll('SIGKILL'), STOP_LIMIT_MS);
			await ended.finally(() => clearTimeout(timer));
		},
		kill9,
		pause: () => signalAll('SIGSTOP'),
		resume: () => signalAll('SIGCONT'),
	};
	try {
		await waitUntilReady({
			name,
			logFile,
			ended,
			isReady: async () => await options.isReady().catch(() => false),
			logTail: () => tailOf(logFile, 40, logStart),
			limitMs: READY_LIMIT_MS,
			everyMs: 50,
			signal: options.signal,
		});
	} catch (error) {
		await kill9();
		throw error;
	}
	return server;
}
