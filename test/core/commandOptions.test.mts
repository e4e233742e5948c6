import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { projectCommand } from '../support/startedCommand.mts';

/** Made with nothing to say about it, or whose arguments are vitest's. */
const WITHOUT_OPTIONS = ['build', 'build-package', 'test'];

const commands = readdirSync(join(CHECKOUT, 'scripts'))
	.filter((file) => file.endsWith('.mts'))
	.map((file) => file.slice(0, -'.mts'.length))
	.filter((name) => !WITHOUT_OPTIONS.includes(name));

function run(name: string, ...args: string[]) {
	const [program, ...command] = projectCommand(name);
	const { status, stdout, stderr } = spawnSync(program, [...command, ...args], {
		encoding: 'utf8',
		// One that starts its work takes longer.
		timeout: 60_000,
	});
	return { status, stdout, stderr };
}

describe.each(commands)('%s', (name) => {
	test('--help shows how it is called, and starts nothing', () => {
		const { status, stdout, stderr } = run(name, '--help');
		expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
		expect(stdout).toContain(name === 'start' ? 'npm start' : `npm run ${name.replace('-', ':')}`);
	});

	test('an unknown option is told in one line, with no stack', () => {
		const { status, stdout, stderr } = run(name, '--no-such-option');
		expect(status).toBeGreaterThan(0);
		expect(stderr).toMatch(/^Unknown option '--no-such-option'/);
		expect(stderr).not.toMatch(/^\s+at /m);
		expect(stdout).toBe('');
	});
});
