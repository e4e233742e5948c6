import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../findings/', import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith('.sh') && name !== 'lib.sh');
const readme = readFileSync(`${folder}README.md`, 'utf8');

/** Holds the form only: the scripts need the network, so running them is no test. */
describe('findings', () => {
	it('are there, and README lists no other', () => {
		const listed = [...readme.matchAll(/^\| \[[^\]]+\]\(([^)]+)\)/gm)].map((row) => row[1]);
		expect(names.length).toBeGreaterThan(0);
		expect(listed.sort()).toEqual(names.sort());
	});

	it.each(names)('%s has the form', (name) => {
		const text = readFileSync(folder + name, 'utf8');
		expect(statSync(folder + name).mode & 0o111).toBe(0o111);
		const head = text.slice(0, text.indexOf('\n. '));
		const fields = ['Title', 'Guess', 'Behavior', 'Versions', 'Matters', 'Source'];
		for (const field of fields) expect(head).toMatch(new RegExp(`^# ${field}: \\S`, 'm'));
		const installs = [...text.matchAll(/^install (.+)$/gm)].flatMap(
			(line) => line[1]?.split(' ') ?? [],
		);
		expect(installs.length).toBeGreaterThan(0);
		for (const spec of installs) expect(spec).toMatch(/.@\d+\.\d+\.\d+$/);
		const code = text.slice(text.indexOf('\n'));
		expect(code).not.toMatch(/(?<![\w.:/])\/(?:home|root|tmp|work|usr|opt|Users)\//);
	});
});
