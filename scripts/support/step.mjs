// Plain JavaScript, like bootstrap.mjs that needs it on a machine where only Node 20 is there yet.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** How often a long step says that it is still at work, in milliseconds: in a log, on a terminal. */
const HEARTBEAT_MS = 10_000;
const REDRAW_MS = 1_000;
/** Lines of a failed step's log that are shown. */
const TAIL_LINES = 40;

/**
 * @typedef {object} Step
 * @property {string} title what is being done, shown as a progress line
 * @property {string} [elsewhere] how long it took on other machines, such as `1 to 3 minutes`
 * @property {string} command
 * @property {string[]} args
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} logFile where the output goes; shown when the step fails
 * @property {string} [ifItFails] what it needs and what to do, for people; shown last when the step fails
 * @property {AbortSignal} [signal] ends the step and everything it started
 */

/**
 * Draws the line of the step that is at work on this terminal; it is rewritten as time goes by.
 * @type {(() => void) | undefined}
 */
let drawLine;

/** Erases the terminal's current line. */
const ERASE_LINE = '\r\x1b[K';

/**
 * Prints one progress line, above that of a step at work.
 * @param {string} line
 */
export function say(line) {
	process.stdout.write(`${drawLine ? ERASE_LINE : ''}${line}\n`);
	drawLine?.();
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
 * Says what a step is doing and for how long: on a terminal in one line that is rewritten, otherwise
 * at once and then every ten seconds, until it ends.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @param {string} [elsewhere] how long it took on other machines
 * @returns {Promise<T>}
 */
export async function withHeartbeat(title, work, elsewhere) {
	const startedAt = Date.now();
	const elapsed = () => duration(Date.now() - startedAt);
	const expected = elsewhere ? ` (usually ${elsewhere})` : '';
	const rewrite = process.stdout.isTTY;
	if (rewrite) {
		drawLine = () => {
			const line = `• ${title}: ${elapsed()}${expected}`;
			// A line that wraps could not be erased.
			process.stdout.write(ERASE_LINE + line.slice(0, process.stdout.columns - 1));
		};
		drawLine();
	} else {
		say(`• ${title}${expected}`);
	}
	const timer = rewrite
		? setInterval(() => drawLine?.(), REDRAW_MS)
		: setInterval(() => say(`  … ${title} (${elapsed()})`), HEARTBEAT_MS);
	/** @param {string} outcome */
	const end = (outcome) => {
		clearInterval(timer);
		if (rewrite) process.stdout.write(ERASE_LINE);
		drawLine = undefined;
		say(rewrite ? `• ${title}: ${outcome} ${elapsed()}` : `  ${outcome} ${elapsed()}`);
	};
	try {
		const result = await work();
		end('done in');
		return result;
	} catch (error) {
		end('failed after');
		throw error;
	}
}

/**
 * Time for people, such as `42 s` or `6 min 42 s`.
 * @param {number} ms
 * @returns {string}
 */
function duration(ms) {
	const seconds = Math.round(ms / 1000);
	const minutes = Math.floor(seconds / 60);
	return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/**
 * Runs one command to its end, its output in a log file.
 * @param {Step} step
 * @returns {Promise<void>}
 * @throws {Error} when the command fails, with the end of its log
 */
export async function runStep(step) {
	await withHeartbeat(step.title, () => runCommand(step), step.elsewhere);
}

/**
 * @param {Step} step
 * @returns {Promise<void>}
 */
async function runCommand({ title, command, args, cwd, env, logFile, ifItFails, signal }) {
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
				`${title}: "${[command, ...args].join(' ')}" ended with ${outcome}.\n${tailOf(logFile)}\nThe whole output is in ${logFile}${ifItFails ? `\n\n${ifItFails}` : ''}`,
			);
		}
	} finally {
		signal?.removeEventListener('abort', endGroup);
		process.removeListener('exit', endGroup);
	}
}
