import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT, node24 } from '../../scripts/support/paths.mts';

const BOOTSTRAP = join(CHECKOUT, 'scripts', 'bootstrap.mjs');

/** Runs one of the project's commands without npm. */
export function projectCommand(name: string): [string, ...string[]] {
	return [node24(), BOOTSTRAP, name];
}

/** `npm start`, or another command that runs until it is stopped, as a process of its own, as npm runs it. */
export class StartedCommand {
	static readonly running = new Set<StartedCommand>();
	output = '';
	readonly ended: Promise<number | NodeJS.Signals | null>;
	readonly #child: ChildProcess;

	/** @param command program and arguments. @default those of `npm start` */
	constructor(
		env: Record<string, string>,
		[program, ...args]: readonly [string, ...string[]] = projectCommand('start'),
	) {
		StartedCommand.running.add(this);
		this.#child = spawn(program, args, { cwd: CHECKOUT, env: { ...process.env, ...env } });
		const collect = (chunk: Buffer) => (this.output += chunk.toString());
		this.#child.stdout?.on('data', collect);
		this.#child.stderr?.on('data', collect);
		this.ended = new Promise((resolve) => {
			this.#child.once('close', (code, signal) => {
				StartedCommand.running.delete(this);
				resolve(code ?? signal);
			});
		});
	}

	/** Resolves when the summary is printed. */
	async ready(): Promise<void> {
		const printed = new Promise<void>((resolve) => {
			const look = () => this.output.includes('Ctrl-C stops everything') && resolve();
			this.#child.stdout?.on('data', look);
		});
		const early = this.ended.then((how) => {
			throw new Error(`It ended (${how}):\n${this.output}`);
		});
		await Promise.race([printed, early]);
	}

	kill(signal: NodeJS.Signals): void {
		this.#child.kill(signal);
	}
}

interface Processes {
	/** Command lines by process id. */
	commands: Map<number, string>;
	/** Process groups that these lead. */
	groups: Set<number>;
}

/**
 * All processes that hold this data folder in their environment, and those of the given groups.
 * Ended ones that only wait for the system to forget them do not count.
 */
export function processesOf(folder: string, known = new Set<number>()): Processes {
	const found: Processes = { commands: new Map(), groups: new Set() };
	const { stdout } = spawnSync('ps', ['-eo', 'pid,pgid,stat,args', 'e', '-ww'], {
		encoding: 'utf8',
	});
	for (const line of stdout.split('\n')) {
		const [, pid, group, args = ''] = /^\s*(\d+)\s+(\d+) [^Z]\S*\s+(.*)$/.exec(line) ?? [];
		const names = args.includes(`DATA_DIR=${folder}`) || args.includes(`N8N_USER_FOLDER=${folder}`);
		if (!names && !known.has(Number(group))) continue;
		found.commands.set(Number(pid), args.slice(0, 400));
		if (pid === group) found.groups.add(Number(group));
	}
	return found;
}

/** `npm run send`. */
export function send(
	env: Record<string, string>,
	...args: string[]
): { code: number | null; output: string } {
	const [program, ...command] = projectCommand('send');
	const { status, stdout, stderr } = spawnSync(program, [...command, ...args], {
		env: { ...process.env, ...env },
		encoding: 'utf8',
	});
	return { code: status, output: stdout + stderr };
}
