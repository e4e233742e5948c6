import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { credentialTypeOf } from '../support/credentialTypes.mts';
import { FollowedGuide } from '../support/guide.mts';

const MINUTES = 60_000;

describe('the guide to adding a transport', () => {
	const guide = new FollowedGuide('docs/adding-a-transport.md');

	beforeAll(() => guide.follow());
	afterAll(() => guide.remove());

	test('holds every file of a transport, and every line that names it', () => {
		expect([...guide.files.keys()].sort()).toEqual([
			'credentials/TickerApi.credentials.ts',
			'credentials/icons/ticker.dark.svg',
			'credentials/icons/ticker.svg',
			'lib/realtime/ticker/publishToTicker.ts',
			'lib/realtime/ticker/settings.ts',
			'lib/realtime/ticker/source.ts',
			'nodes/Realtime/ticker/broadcasting.ts',
			'nodes/Realtime/ticker/listening.ts',
			'test/core/ticker.test.mts',
		]);
		expect(guide.changed).toEqual([
			'nodes/Realtime/listen/index.ts',
			'nodes/Realtime/broadcast/index.ts',
			'nodes/Realtime/RealtimeTrigger.node.ts',
			'nodes/Realtime/RealtimeBroadcast.node.ts',
			'package.json',
		]);
	});

	test('its files pass the strict type check', { timeout: 10 * MINUTES }, () => {
		expect(guide.typeCheck()).toBe('');
	});

	test("its files pass n8n's lint", { timeout: 10 * MINUTES }, () => {
		const places = [...guide.files.keys(), ...guide.changed].filter((path) =>
			/^(lib|nodes|credentials)\/.*\.ts$|^package\.json$/.test(path),
		);
		const { status, output } = guide.run('eslint/bin/eslint.js', ...places, '--max-warnings', '0');
		expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
	});

	test('its credential is named as all of ours are', () => {
		const path = 'credentials/TickerApi.credentials.ts';
		expect(guide.files.get(path)).toContain(`\n  name = '${credentialTypeOf(path)}';\n`);
	});

	test('the house still stands', { timeout: 10 * MINUTES }, () => {
		const { passed, problems } = guide.runTests('unit', 'test/unit/house.test.mts');
		expect(problems).toEqual([]);
		expect(passed).toBeGreaterThanOrEqual(8);
	});

	test('it listens and broadcasts', { timeout: 10 * MINUTES }, () => {
		const { passed, problems } = guide.runTests('core', 'test/core/ticker.test.mts');
		expect(problems).toEqual([]);
		expect(passed).toBe(5);
	});
});
