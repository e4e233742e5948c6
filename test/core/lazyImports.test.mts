import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLazyImports } from '../../scripts/build/lazyImports.mts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'lazy-imports-'));
	writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
	mkdirSync(join(folder, 'vendor'));
	writeFileSync(
		join(folder, 'vendor', 'counted.js'),
		'globalThis.loads = (globalThis.loads ?? 0) + 1; exports.Counter = class { value = 7; };',
	);
});
afterEach(() => {
	delete (globalThis as { loads?: number }).loads;
	rmSync(folder, { recursive: true });
});

const loads = () => (globalThis as { loads?: number }).loads ?? 0;

/** Loads a module as the build writes it. */
async function load(code: string): Promise<Record<string, (...values: unknown[]) => unknown>> {
	const file = join(folder, 'module.js');
	const place = (name: string) => (name === 'counted' ? './vendor/counted.js' : name);
	writeFileSync(file, await withLazyImports(code, file, place));
	return createRequire(file)(file) as Record<string, (...values: unknown[]) => unknown>;
}

test('a package is loaded, once, when something of it is used for the first time', async () => {
	const { make } = await load(
		"import { Counter } from 'counted'; export const make = () => new Counter().value;",
	);
	expect(loads()).toBe(0);
	expect([make?.(), make?.(), loads()]).toEqual([7, 7, 1]);
});

test('so is what stands behind import(), anew after n8n has unloaded the package for an update', async () => {
	const code =
		"export const make = async () => { const { Counter } = await import('counted'); return new Counter().value; };";
	const before = await load(code);
	expect(loads()).toBe(0);
	expect([await before.make?.(), await before.make?.(), loads()]).toEqual([7, 7, 1]);
	// As n8n's loader does it.
	const { cache } = createRequire(join(folder, 'module.js'));
	for (const file of Object.keys(cache)) if (file.startsWith(folder)) delete cache[file];
	const after = await load(code);
	expect([await after.make?.(), loads()]).toEqual([7, 2]);
});

test("a kind of connection is written in place, so that describing a node needs nothing of n8n's", async () => {
	const code =
		"import { NodeConnectionTypes } from 'n8n-workflow'; export const outputs = () => [NodeConnectionTypes.Main];";
	const { outputs } = await load(code);
	// There is no n8n-workflow in this folder.
	expect(outputs?.()).toEqual(['main']);
});
