import { spawnSync } from 'node:child_process';
import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CHECKOUT, envWithNode24, node24 } from '../../scripts/support/paths.mts';

/** What a guide's reader has before starting. */
const REPOSITORY = [
	'nodes',
	'credentials',
	'lib',
	'test',
	'scripts',
	'examples',
	'bench',
	'runtime',
	'package.json',
	'tsconfig.json',
	'tsconfig.check.json',
	'vitest.config.mts',
	'eslint.config.mjs',
];

/** Lines to be found in a file once, and what takes their place. */
interface Change {
	readonly path: string;
	readonly before: string;
	readonly after: string;
}

/**
 * A copy of the repository in which somebody has done what a guide in docs/ says. In the guide, a
 * line with nothing but paths in backticks names the files of the blocks of code behind it: what such
 * a file holds, or, in a block `diff`, what changes in it.
 */
export class FollowedGuide {
	/** What the new files hold, by path. */
	readonly files: ReadonlyMap<string, string>;

	private readonly changes: readonly Change[];

	/** The folder of the copy, once there is one. */
	private copy = '';

	/** @param guide such as `docs/adding-a-provider.md` */
	constructor(guide: string) {
		const text = readFileSync(join(CHECKOUT, guide), 'utf8');
		const files = new Map<string, string>();
		const changes: Change[] = [];
		let paths: string[] = [];
		const parts = text.matchAll(/^(`[\w./]+`(?:, `[\w./]+`)*)$|^```(\w+)\n([\s\S]*?)^```$/gm);
		for (const [, named, language, code = ''] of parts) {
			if (named !== undefined)
				paths = [...named.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
			else if (language === 'diff')
				changes.push(...paths.map((path) => ({ path, ...sides(code) })));
			else for (const path of paths.splice(0)) files.set(path, code);
		}
		this.files = files;
		this.changes = changes;
	}

	/** Paths of the files that the guide changes. */
	get changed(): string[] {
		return [...new Set(this.changes.map(({ path }) => path))];
	}

	/** Does what the guide says. */
	follow(): void {
		this.copy = mkdtempSync(join(tmpdir(), 'guide-'));
		for (const name of REPOSITORY) {
			cpSync(join(CHECKOUT, name), join(this.copy, name), { recursive: true });
		}
		symlinkSync(join(CHECKOUT, 'node_modules'), join(this.copy, 'node_modules'));
		for (const [path, content] of this.files) {
			mkdirSync(dirname(join(this.copy, path)), { recursive: true });
			writeFileSync(join(this.copy, path), content);
		}
		for (const { path, before, after } of this.changes) {
			const parts = readFileSync(join(this.copy, path), 'utf8').split(before);
			if (parts.length !== 2) {
				throw new Error(`${path} has ${parts.length - 1} times what the guide changes:\n${before}`);
			}
			writeFileSync(join(this.copy, path), parts.join(after));
		}
	}

	/** Runs a tool of node_modules in the copy. */
	run(program: string, ...args: string[]): { status: number | null; output: string } {
		// As in a shell: n8n's lint plugin judges by other rules where NODE_ENV is `test`.
		const { NODE_ENV: _test, VITEST: _vitest, ...shell } = process.env;
		const { status, stdout, stderr } = spawnSync(
			node24(),
			[join(CHECKOUT, 'node_modules', program), ...args],
			{ cwd: this.copy, env: envWithNode24(shell), encoding: 'utf8' },
		);
		return { status, output: `${stdout}\n${stderr}` };
	}

	/**
	 * The strict type check of what the guide adds and changes, with all that they import.
	 *
	 * @returns what it found
	 */
	typeCheck(): string {
		const files = [...this.files.keys(), ...this.changed].filter((path) => /ts$/.test(path));
		const settings = { extends: './tsconfig.check.json', files, include: [] };
		writeFileSync(join(this.copy, 'tsconfig.guide.json'), JSON.stringify(settings));
		return this.run('typescript/bin/tsc', '-p', 'tsconfig.guide.json').output.trim();
	}

	/**
	 * Runs a test file of the copy.
	 *
	 * @returns how many tests passed, and what went wrong
	 */
	runTests(
		project: string,
		file: string,
		...options: string[]
	): { passed: number; problems: string[] } {
		const report = join(this.copy, 'report.json');
		rmSync(report, { force: true });
		const wanted = ['--reporter', 'json', '--outputFile', report, ...options];
		this.run('vitest/vitest.mjs', 'run', file, '--project', project, ...wanted);
		const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
			numPassedTests: number;
			testResults: Array<{
				message: string;
				assertionResults: Array<{ fullName: string; failureMessages: string[] }>;
			}>;
		};
		const problems = testResults.flatMap(({ message, assertionResults }) => [
			// Of a file that cannot be loaded.
			...(message === '' ? [] : [message]),
			...assertionResults.flatMap(({ fullName, failureMessages }) =>
				failureMessages.map((words) => `${fullName}: ${words}`),
			),
		]);
		return { passed: numPassedTests, problems };
	}

	remove(): void {
		if (this.copy === '') return;
		rmSync(this.copy, { recursive: true, force: true, maxRetries: 3 });
	}
}

/** The two sides of a block `diff`, without the line break at their end: it may be a part of a line. */
function sides(code: string): { before: string; after: string } {
	const lines = code.trimEnd().split('\n');
	const side = (left: string) =>
		lines
			.filter((line) => !line.startsWith(left))
			.map((line) => line.slice(1))
			.join('\n');
	return { before: side('+'), after: side('-') };
}
