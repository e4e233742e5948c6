import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { EventEnvelope } from '../../examples/live-hub/envelope.mts';
import { History } from '../../examples/live-hub/history.mts';

const NOW = new Date('2026-11-05T12:00:00.000Z');
const MINUTE_MS = 60_000;

const event = (id: string, more: Partial<EventEnvelope> = {}): EventEnvelope => ({
	id,
	source: '/shop',
	type: 'order.paid',
	data: { id },
	...more,
});
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * MINUTE_MS).toISOString();
const past = (minutes: number, status = 'success') => ({ receivedAt: ago(minutes), status });
const idsOf = (history: History, position = 0) =>
	history.since(position).records.map((record) => record.event.id);

function start(events = 3): History {
	vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
	onTestFinished(() => void vi.useRealTimers());
	return new History({ events, characters: 100_000 });
}

describe('what n8n told of the time before', () => {
	test('stands before what arrived since, and is new to a page that knows only that', () => {
		const history = start();
		const { position } = history.add(event('live'));
		history.add(event('older'), past(9));
		history.add(event('newer'), past(5));
		expect(idsOf(history)).toEqual(['older', 'newer', 'live']);
		expect(idsOf(history, position)).toEqual(['older', 'newer']);
		expect(history.since(position).lost).toBe(0);
	});

	test('pushes out nothing that is newer, and is not told where there is no room', () => {
		const history = start(2);
		history.add(event('a'));
		history.add(event('b'));
		expect(history.add(event('old'), past(9)).record).toBeUndefined();
		expect(idsOf(history)).toEqual(['a', 'b']);
	});

	test('is told again only where it failed, at the same place', () => {
		const history = start();
		const { position } = history.add(event('a'));
		history.add(event('b'));
		expect(history.add(event('a'), past(0)).record).toBeUndefined();
		expect(idsOf(history, 2)).toEqual([]);
		const { record } = history.add(event('a'), past(0, 'error'));
		expect(record).toMatchObject({ status: 'error', position: 3 });
		expect(position).toBe(1);
		expect(idsOf(history)).toEqual(['a', 'b']);
		expect(idsOf(history, 2)).toEqual(['a']);
		// What has a new number is not lost.
		expect(history.since(0).lost).toBe(0);
		expect(history.add(event('a'), past(0, 'error')).record).toBeUndefined();
	});

	test('a replay is another arrival of the same event', () => {
		const history = start();
		history.add(event('a'), past(9, 'error'));
		history.add(event('a', { replayof: '7', replayedat: ago(1) }), past(1));
		expect(idsOf(history)).toEqual(['a', 'a']);
	});
});

test('what a page missed for good is counted', () => {
	const history = start(2);
	for (const id of ['a', 'b', 'c', 'd', 'e']) history.add(event(id));
	expect(history.since(1).lost).toBe(2);
	expect(idsOf(history, 1)).toEqual(['d', 'e']);
});

describe('the activity of a day', () => {
	test('counts each event once, also what is no longer kept, and knows what failed', () => {
		const history = start(1);
		history.add(event('a'));
		history.add(event('b'));
		history.add(event('a'), past(0, 'crashed'));
		history.count(event('slim'), past(70));
		history.count(event('slim'), past(70));
		history.count(event('yesterday'), past(25 * 60));
		expect(history.activity().sort()).toEqual([
			[Date.parse(ago(70)), 1, 0, 0],
			[NOW.getTime(), 2, 1, 0],
		]);
	});

	test('counts refused deliveries, not the events that tell of them', () => {
		const history = start();
		const type = 'webhook.refused';
		history.add(event('r', { type, data: { refused: 12 } }));
		history.add(event('s', { type, data: null }));
		expect(history.activity()).toEqual([[NOW.getTime(), 0, 0, 13]]);
	});
});
