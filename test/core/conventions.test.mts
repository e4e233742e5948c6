import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKOUT, envWithNode24, node24 } from '../../scripts/support/paths.mts';
import { credentialTypeOf } from '../support/credentialTypes.mts';
import { packageNodes } from '../support/packageNodes.mts';

/** As in a shell: n8n's lint plugin judges by other rules where NODE_ENV is `test`. */
const { NODE_ENV: _test, ...shell } = process.env;

/** Runs a tool of node_modules; gives what it printed, and nothing where it found nothing. */
function run(program: string, ...args: string[]): string {
	const { status, stdout, stderr } = spawnSync(
		node24(),
		[join(CHECKOUT, 'node_modules', program), ...args],
		{ cwd: CHECKOUT, env: envWithNode24(shell), encoding: 'utf8' },
	);
	return status === 0 ? stdout : `${status}\n${stdout}\n${stderr}`;
}

describe('conventions', () => {
	test("n8n's own lint finds no error and no warning", { timeout: 600_000 }, () => {
		expect(run('eslint/bin/eslint.js', '.', '--max-warnings', '0')).toBe('');
	});

	test('nodes, tests and scripts pass the strict type check', { timeout: 600_000 }, () => {
		expect(run('typescript/bin/tsc', '-p', 'tsconfig.check.json')).toBe('');
	});

	const benchmarks = ['cluster', 'crash', 'deliver', 'history', 'realtime', 'receive', 'startup'];
	test.each(benchmarks)('Node can load bench:%s, which npm test does not run', (name) => {
		const { status, stderr } = spawnSync(node24(), ['-e', `import('./bench/${name}.mts')`], {
			cwd: CHECKOUT,
			encoding: 'utf8',
		});
		expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
	});

	test('lib/ knows nothing of n8n', () => {
		const files = readdirSync(join(CHECKOUT, 'lib'), { recursive: true, encoding: 'utf8' });
		const sources = files.filter((file) => file.endsWith('.ts'));
		expect(sources.length).toBeGreaterThan(10);
		const offenders = sources.filter((file) =>
			/from '(n8n|@n8n|.*\/nodes\/)/.test(readFileSync(join(CHECKOUT, 'lib', file), 'utf8')),
		);
		expect(offenders).toEqual([]);
	});

	test('credential types, which are global in n8n by their names, carry the package as a prefix', () => {
		const files = readdirSync(join(CHECKOUT, 'credentials')).filter((file) => file.endsWith('.ts'));
		const types = files.map((file) => {
			const source = readFileSync(join(CHECKOUT, 'credentials', file), 'utf8');
			return /\n\tname = '(\w+)';/.exec(source)?.[1];
		});
		expect(types.length).toBeGreaterThan(10);
		expect(types).toEqual(files.map(credentialTypeOf));
		const named = packageNodes().flatMap(({ description }) => description.credentials ?? []);
		expect(named.length).toBeGreaterThan(10);
		for (const { name } of named) expect(types).toContain(name);
	});

	/** What makes n8n evaluate an expression, and build an isolate, for every request. */
	test('webhook triggers hold nothing that makes n8n slow', () => {
		const triggers = packageNodes().filter(({ description }) => description.webhooks !== undefined);
		expect(triggers.length).toBeGreaterThan(0);
		for (const { description, execute } of triggers) {
			// Only the editor evaluates a subtitle.
			const { subtitle: _subtitle, ...evaluated } = description;
			expect([description.version].flat().every((version) => version >= 2)).toBe(true);
			expect(JSON.stringify(evaluated)).not.toContain('={{');
			expect(typeof execute).toBe('function');
			for (const webhook of description.webhooks ?? []) {
				expect(webhook).toMatchObject({ responseMode: 'onReceived', responseData: '' });
			}
		}
	});
});
