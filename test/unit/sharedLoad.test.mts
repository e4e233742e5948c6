import { expect, test } from 'vitest';
import { sharedLoad } from '../../lib/flow/sharing.ts';

/** Loads that end when the test says so. */
function loads() {
	const begun: Array<(outcome: unknown) => void> = [];
	const load = async () =>
		await new Promise((resolve, reject) =>
			begun.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome))),
		);
	return { begun, load };
}

const turn = async () => await new Promise((resolve) => setImmediate(resolve));

test('who asks while one is under way shares the next one, which begins after they asked', async () => {
	const { begun, load } = loads();
	const first = sharedLoad('a', load);
	const others = [sharedLoad('a', load), sharedLoad('a', load), sharedLoad('a', load)];
	expect(begun).toHaveLength(1);
	begun[0]?.('old');
	expect(await first).toBe('old');
	await turn();
	expect(begun).toHaveLength(2);
	const late = sharedLoad('a', load);
	begun[1]?.('new');
	expect(await Promise.all(others)).toEqual(['new', 'new', 'new']);
	await turn();
	begun[2]?.('newest');
	expect(await late).toBe('newest');
	expect(begun).toHaveLength(3);
});

test('a failed load fails for those who shared it, and the next one is tried', async () => {
	const { begun, load } = loads();
	const first = sharedLoad('b', load);
	const second = sharedLoad('b', load);
	begun[0]?.(new Error('no answer'));
	await expect(first).rejects.toThrow('no answer');
	await turn();
	begun[1]?.('there');
	expect(await second).toBe('there');
});

test('different keys do not wait for each other, and an idle key is forgotten', async () => {
	const { begun, load } = loads();
	const c = sharedLoad('c', load);
	const d = sharedLoad('d', load);
	expect(begun).toHaveLength(2);
	begun[1]?.(2);
	begun[0]?.(1);
	expect([await c, await d]).toEqual([1, 2]);
	await turn();
	void sharedLoad('c', load);
	expect(begun).toHaveLength(3);
});
