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
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKOUT, envWithNode24, node24 } from '../../scripts/support/paths.mts';
import { credentialTypeOf } from '../support/credentialTypes.mts';

const GUIDE = join('docs', 'adding-a-provider.md');

/** What the guide's reader has before starting. */
const REPOSITORY = [
	'nodes',
	'credentials',
	'lib',
	'test',
	'scripts',
	'examples',
	'bench',
	'runtime',
];
const SETTINGS = [
	'package.json',
	'tsconfig.json',
	'tsconfig.check.json',
	'vitest.config.mts',
	'eslint.config.mjs',
];

/** The files of the guide: a line with nothing but a path in backticks, then a block of code. */
function filesOfGuide(): Map<string, string> {
	const text = readFileSync(join(CHECKOUT, GUIDE), 'utf8');
	const blocks = text.matchAll(/^`([\w./]+)`\n\n```ts\n([\s\S]*?)^```$/gm);
	return new Map([...blocks].map(([, path = '', code = '']) => [path, code]));
}

describe('the guide to adding a provider', () => {
	const copy = mkdtempSync(join(tmpdir(), 'adding-a-provider-'));
	const files = filesOfGuide();

	beforeAll(() => {
		for (const name of [...REPOSITORY, ...SETTINGS]) {
			cpSync(join(CHECKOUT, name), join(copy, name), { recursive: true });
		}
		symlinkSync(join(CHECKOUT, 'node_modules'), join(copy, 'node_modules'));
		for (const [path, code] of files) {
			mkdirSync(dirname(join(copy, path)), { recursive: true });
			writeFileSync(join(copy, path), code);
		}
		for (const folder of ['nodes/Parcel', 'credentials']) {
			for (const icon of ['.svg', '.dark.svg']) {
				cpSync(
					join(CHECKOUT, 'nodes/Baileys', `baileys${icon}`),
					join(copy, folder, `parcel${icon}`),
				);
			}
		}
		const list = join(copy, 'test/conformance/providers.mts');
		const before = readFileSync(list, 'utf8');
		const after = before.replace(
			/^(import .*\n)/,
			"$1import { parcel } from './providers/parcel.mts';\n",
		);
		writeFileSync(list, after.replace(/(PROVIDERS: .*= \[)/, '$1parcel, '));
		const manifest = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')) as {
			n8n: { nodes: string[]; credentials: string[] };
		};
		manifest.n8n.nodes.push('dist/nodes/Parcel/ParcelTrigger.node.js');
		manifest.n8n.credentials.push('dist/credentials/ParcelApi.credentials.js');
		writeFileSync(join(copy, 'package.json'), JSON.stringify(manifest, null, 2));
	});
	afterAll(() => rmSync(copy, { recursive: true, force: true, maxRetries: 3 }));

	function run(program: string, ...args: string[]): { status: number | null; output: string } {
		// As in a shell: n8n's lint plugin judges by other rules where NODE_ENV is `test`.
		const { NODE_ENV: _test, VITEST: _vitest, ...shell } = process.env;
		const { status, stdout, stderr } = spawnSync(
			node24(),
			[join(CHECKOUT, 'node_modules', program), ...args],
			{ cwd: copy, env: envWithNode24(shell), encoding: 'utf8' },
		);
		return { status, output: `${stdout}\n${stderr}` };
	}

	test('holds every file of a provider', () => {
		expect([...files.keys()].sort()).toEqual([
			'credentials/ParcelApi.credentials.ts',
			'nodes/Parcel/ParcelTrigger.node.ts',
			'nodes/Parcel/identify.ts',
			'nodes/Parcel/provider.ts',
			'nodes/Parcel/trigger.ts',
			'test/conformance/providers/parcel.mts',
		]);
	});

	test('its files pass the strict type check', { timeout: 600_000 }, () => {
		expect(run('typescript/bin/tsc', '-p', 'tsconfig.check.json').output.trim()).toBe('');
	});

	test("its files pass n8n's lint", { timeout: 600_000 }, () => {
		const places = ['nodes/Parcel', 'credentials/ParcelApi.credentials.ts', 'package.json'];
		const { status, output } = run('eslint/bin/eslint.js', ...places, '--max-warnings', '0');
		expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
	});

	test('its credential is named as all of ours are', () => {
		const path = 'credentials/ParcelApi.credentials.ts';
		expect(files.get(path)).toContain(`\n  name = '${credentialTypeOf(path)}';\n`);
	});

	test('its provider passes the conformance suite', { timeout: 600_000 }, () => {
		const report = join(copy, 'report.json');
		const suite = 'test/core/conformance.test.mts';
		const options = [
			'--project',
			'core',
			'-t',
			'Parcel',
			'--reporter',
			'json',
			'--outputFile',
			report,
		];
		const { output } = run('vitest/vitest.mjs', 'run', suite, ...options);
		const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as {
			numPassedTests: number;
			numFailedTests: number;
		};
		expect(numFailedTests, output).toBe(0);
		expect(numPassedTests).toBeGreaterThanOrEqual(20);
	});
});
