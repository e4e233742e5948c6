import { describe, expect, it, test } from 'vitest';
import { readAhead } from '../../lib/replay/replayEvents.ts';
import { ReplayMemory } from '../../lib/replay/replayMemory.ts';

const turn = async () => await new Promise((resolve) => setImmediate(resolve));

/** Numbers that were asked for one by one. */
class Source {
	asked = 0;

	isClosed = false;

	constructor(
		private readonly count: number,
		private readonly failAt = Number.POSITIVE_INFINITY,
	) {}

	async *values(): AsyncGenerator<{ n: number }, void, undefined> {
		try {
			for (let n = 0; n < this.count; n += 1) {
				this.asked += 1;
				await turn();
				if (n === this.failAt) throw new Error('n8n does not answer');
				yield { n };
			}
		} finally {
			this.isClosed = true;
		}
	}
}

describe('reading ahead', () => {
	it('gives all in their order, and holds no more than it may', async () => {
		const source = new Source(20);
		const seen: number[] = [];
		let mostAhead = 0;
		for await (const { n } of readAhead(source.values(), 5)) {
			for (let turns = 0; turns < 20; turns += 1) await turn();
			seen.push(n);
			mostAhead = Math.max(mostAhead, source.asked - seen.length);
		}
		expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => n));
		expect(mostAhead).toBe(5);
	});

	it('gives a value as soon as it has come, however many may be held', async () => {
		const source = async function* () {
			yield { n: 1 };
			await new Promise(() => undefined);
		};
		const values = readAhead(source(), 50);
		expect(await values.next()).toEqual({ value: { n: 1 }, done: false });
	});

	it('fails behind what came before the failure', async () => {
		const seen: number[] = [];
		const read = async () => {
			for await (const { n } of readAhead(new Source(9, 3).values(), 50)) {
				await turn();
				seen.push(n);
			}
		};
		await expect(read()).rejects.toThrow('n8n does not answer');
		expect(seen).toEqual([0, 1, 2]);
	});

	it('reads nothing more when its reader ends, and ends the source', async () => {
		const source = new Source(100);
		for await (const { n } of readAhead(source.values(), 4)) if (n === 1) break;
		const { asked } = source;
		for (let turns = 0; turns < 20; turns += 1) await turn();
		expect(source).toMatchObject({ asked, isClosed: true });
		expect(asked).toBeLessThan(10);
	});
});

test('what is known of replays gives way, by workflow, where it is too much', () => {
	const memory = new ReplayMemory(3);
	const execution = { keys: ['A'], startedAt: 1, hasSucceeded: true };
	memory.note('unknown', 1, execution);
	expect(memory.of('unknown').size).toBe(0);
	for (const key of ['a', 'b']) for (const id of [1, 2]) memory.of(key).note(id, execution);
	const a = memory.of('a');
	memory.trim();
	expect(memory.of('a')).toBe(a);
	expect(memory.of('b').size).toBe(0);
	for (const id of [3, 4, 5]) memory.note('a', id, execution);
	expect(a.size).toBe(3);
	expect(memory.renew('a').size).toBe(0);
	expect(a.size).toBe(3);
});
