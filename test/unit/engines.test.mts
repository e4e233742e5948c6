import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { CHECKOUT } from '../../scripts/support/paths.mts';

interface Manifest {
	readonly version?: string;
	readonly engines?: { readonly node?: string };
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (...path: string[]) =>
	JSON.parse(readFileSync(join(CHECKOUT, ...path, 'package.json'), 'utf8')) as Manifest;

/** The lowest version of `>=20.18.1`, as a number that can be compared; 0 where none is named. */
function lowest({ engines }: Manifest): number {
	const [, major = 0, minor = 0, patch = 0] =
		/^>= ?(\d+)(?:\.(\d+))?(?:\.(\d+))?$/.exec(engines?.node ?? '') ?? [];
	return Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch);
}

/** The packages that the nodes are built with, but for n8n's own. */
function libraries(): string[] {
	const names = ['lib', 'nodes', 'credentials'].flatMap((folder) =>
		readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
			.filter((file) => file.endsWith('.ts'))
			.map((file) => readFileSync(join(CHECKOUT, folder, file), 'utf8'))
			.flatMap((code) => ts.preProcessFile(code, true, true).importedFiles)
			.map(({ fileName }) => fileName)
			.filter((name) => !name.startsWith('.'))
			// The package of `echarts/core`, or of `@scope/name/part`.
			.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name),
	);
	return [...new Set(names)].filter((name) => !isBuiltin(name) && name !== 'n8n-workflow');
}

test('the package promises no older Node than its libraries do, and no newer one', () => {
	const own = read();
	const names = libraries();
	expect(names).toContain('undici');
	const needed = names.map((name) => lowest(read('node_modules', name)));
	expect(lowest(own)).toBe(Math.max(...needed));
});

test('the oldest Node is the one that the unit tests run on as well', () => {
	const { optionalDependencies = {} } = read('runtime', 'oldest-node');
	const versions = new Set(Object.values(optionalDependencies));
	expect([...versions].map((version) => `>=${version}`)).toEqual([read().engines?.node]);
});
