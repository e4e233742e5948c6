import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { credentialTypeOf } from '../support/credentialTypes.mts';
import { FollowedGuide } from '../support/guide.mts';

const MINUTES = 60_000;

describe('the guide to adding a provider', () => {
	const guide = new FollowedGuide('docs/adding-a-provider.md');

	beforeAll(() => guide.follow());
	afterAll(() => guide.remove());

	test('holds every file of a provider, and every line that names it', () => {
		expect([...guide.files.keys()].sort()).toEqual([
			'credentials/ParcelApi.credentials.ts',
			'credentials/parcel.dark.svg',
			'credentials/parcel.svg',
			'nodes/Parcel/ParcelTrigger.node.json',
			'nodes/Parcel/ParcelTrigger.node.ts',
			'nodes/Parcel/identify.ts',
			'nodes/Parcel/parcel.dark.svg',
			'nodes/Parcel/parcel.svg',
			'nodes/Parcel/provider.ts',
			'nodes/Parcel/trigger.ts',
			'test/conformance/providers/parcel.mts',
		]);
		expect(guide.changed).toEqual(['package.json', 'test/conformance/providers.mts']);
	});

	test('its codex file is about its node', () => {
		const codex: unknown = JSON.parse(
			guide.files.get('nodes/Parcel/ParcelTrigger.node.json') ?? 'null',
		);
		expect(codex).toMatchObject({ node: 'n8n-nodes-realtime-webhooks.parcelTrigger' });
	});

	test('its files pass the strict type check', { timeout: 10 * MINUTES }, () => {
		expect(guide.typeCheck()).toBe('');
	});

	test("its files pass n8n's lint", { timeout: 10 * MINUTES }, () => {
		const places = ['nodes/Parcel', 'credentials/ParcelApi.credentials.ts', 'package.json'];
		const { status, output } = guide.run('eslint/bin/eslint.js', ...places, '--max-warnings', '0');
		expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
	});

	test('its credential is named as all of ours are', () => {
		const path = 'credentials/ParcelApi.credentials.ts';
		expect(guide.files.get(path)).toContain(`\n  name = '${credentialTypeOf(path)}';\n`);
	});

	test('its provider passes the conformance suite', { timeout: 10 * MINUTES }, () => {
		const suite = 'test/core/conformance.test.mts';
		const { passed, problems } = guide.runTests('core', suite, '-t', 'Parcel');
		expect(problems).toEqual([]);
		expect(passed).toBeGreaterThanOrEqual(20);
	});
});
