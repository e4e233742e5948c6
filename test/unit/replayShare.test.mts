import { expect, test } from 'vitest';
import type { StoredEvent } from '../../lib/history/storedEvent.ts';
import { eventsOfShare, isInShare, readShare } from '../../lib/replay/share.ts';

function stored(id: string, subject?: string): StoredEvent {
	const event = { source: '/shop', id, ...(subject === undefined ? {} : { subject }) };
	return { event, executionId: id } as StoredEvent;
}

test.each([
	['1/2', { number: 1, of: 2 }],
	[' 3 / 3 ', { number: 3, of: 3 }],
	['100/100', { number: 100, of: 100 }],
])('%s is a share', (text, share) => expect(readShare(text)).toEqual(share));

test.each(['', '0/2', '3/2', '1', '1/0', '1/101', '-1/2', '1/2/3', 'a/b', '1.5/2'])(
	'%s is none',
	(text) => expect(readShare(text)).toBeUndefined(),
);

test('each event is in exactly one share, and the shares are about as large', () => {
	const shares = [1, 2, 3].map((number) => ({ number, of: 3 }));
	const events = Array.from({ length: 3_000 }, (_, id) => stored(String(id)));
	const taken = events.map((event) => shares.filter((share) => isInShare(event, share)).length);
	expect(new Set(taken)).toEqual(new Set([1]));
	for (const share of shares) {
		const size = events.filter((event) => isInShare(event, share)).length;
		expect(size).toBeGreaterThan(900);
		expect(size).toBeLessThan(1_100);
	}
});

test('events about one subject stay together and in order; without a share all come', async () => {
	async function* all() {
		for (let id = 0; id < 20; id += 1) yield stored(String(id), `chat-${id % 2}`);
	}
	const ids = async (share?: { number: number; of: number }) => {
		const found: string[] = [];
		for await (const { event } of eventsOfShare(all(), share)) found.push(event.id);
		return found;
	};
	const everyOne = await ids();
	expect(everyOne).toHaveLength(20);
	const parts = await Promise.all([1, 2, 3, 4, 5].map(async (number) => ids({ number, of: 5 })));
	expect(parts.flat().sort()).toEqual([...everyOne].sort());
	for (const part of parts) {
		expect(part).toEqual([...part].sort((a, b) => Number(a) - Number(b)));
		expect([0, 10, 20]).toContain(part.length);
	}
});
