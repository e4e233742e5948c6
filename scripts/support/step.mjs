// Plain JavaScript, like bootstrap.mjs that needs it on a machine where only Node 20 is there yet.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** How often a long step says that it is still at work, in milliseconds. */
const HEARTBEAT_MS = 10_000;
/** Lines of a failed step's log that are shown. */
const TAIL_LINES = 40;

/**
 * @typedef {object} Step
 * @property {string} title what is being done, shown as a progress line
 * @property {string} command
 * @property {string[]} args
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} logFile where the output goes; shown when the step fails
 * @property {AbortSignal} [signal] ends the step and everything it started
 */

/**
 * Prints one progress line.
 * @param {string} line
 */
export function say(line) {
	process.stdout.write(`${line}\n`);
}

/**
 * The last lines of a text file, or '' where there is none.
 * @param {string} file
 * @param {number} [lines]
 * @param {number} [fromByte] what stands before is an earlier run's
 * @returns {string}
 */
export function tailOf(file, lines = TAIL_LINES, fromByte = 0) {
	try {
		return readFileSync(file)
			.subarray(fromByte)
			.toString('utf8')
			.trimEnd()
			.split('\n')
			.slice(-lines)
			.join('\n');
	} catch {
		return '';
	}
}

/**
 * Says what a step is doing, at once and then every ten seconds, until it ends.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withHeartbeat(title, work) {
	const startedAt = Date.now();
	const seconds = () => Math.round((Date.now() - startedAt) / 1000);
	say(`• ${title}`);
	const timer = setInterval(() => say(`  … ${title} (${seconds()} s)`), HEARTBEAT_MS);
	try {
		const result = await work();
		say(`  done in ${seconds()} s`);
		return result;
	} finally {
		clearInterval(timer);
	}
}

/**
 * Runs one command to its end, its output in a log file.
 * @param {Step} step
 * @returns {Promise<void>}
 * @throws {Error} when the command fails, with the end of its log
 */
export async function runStep(step) {
	await withHeartbeat(step.title, () => runCommand(step));
}

/**
 * @param {Step} step
 * @returns {Promise<void>}
 */
async function runCommand({ title, command, args, cwd, env, logFile, signal }) {
	signal?.throwIfAborted();
	mkdirSync(dirname(logFile), { recursive: true });
	const log = openSync(logFile, 'w');
	// A group of its own, so that the compilers and downloads which npm starts end with it.
	const child = spawn(command, args, { cwd, env, stdio: ['ignore', log, log], detached: true });
	closeSync(log);
	const endGroup = () => {
		try {
			if (child.pid) process.kill(-child.pid, 'SIGKILL');
		} catch {
			// Nothing of the group is left.
		}
	};
	signal?.addEventListener('abort', endGroup, { once: true });
	process.once('exit', endGroup);
	try {
		const outcome = await new Promise((resolve, reject) => {
			child.once('error', reject);
			child.once('exit', (code, signalName) => resolve(code ?? signalName));
		});
		signal?.throwIfAborted();
		if (outcome !== 0) {
			throw new Error(
				`${title}: "${[command, ...args].join(' ')}" ended with ${outcome}.\n${tailOf(logFile)}\nThe whole output is in ${logFile}`,
			);
		}
	} finally {
		signal?.removeEventListener('abort', endGroup);
		process.removeListener('exit', endGroup);
	}
}
