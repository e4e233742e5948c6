import type { INodeExecutionData } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { PackedItems } from '../../nodes/History/outputItems.ts';

const item = (index: number): INodeExecutionData => ({
	json: {
		event: { id: `événement-${index} 🧾`, data: { lines: [{ price: index / 3 }, null, 'é"\\'] } },
		durationMs: index % 2 === 0 ? null : index,
		failedNode: null,
		error: 'Ünïcode',
	},
	pairedItem: { item: index % 7 },
});

describe('packed items', () => {
	it.each([0, 1, 249, 250, 251, 1_203])('gives %i items back as they were, in order', (count) => {
		const items = Array.from({ length: count }, (_, index) => item(index));
		const packed = new PackedItems();
		for (const one of items) packed.push(one);
		expect(packed.takeAll()).toEqual(items);
	});

	it('keeps the order where some are kept as they are', () => {
		const items = Array.from({ length: 500 }, (_, index) => item(index));
		const packed = new PackedItems();
		for (const [index, one] of items.entries()) packed.push(one, index % 120 > 3);
		const taken = packed.takeAll();
		expect(taken).toEqual(items);
		expect(taken[4]).toBe(items[4]);
		expect(taken[3]).not.toBe(items[3]);
		expect(packed.takeAll()).toEqual([]);
	});

	it('keeps nothing of what was taken', () => {
		const packed = new PackedItems();
		for (let index = 0; index < 300; index += 1) packed.push(item(index));
		expect(packed.takeAll()).toHaveLength(300);
		expect(packed.takeAll()).toEqual([]);
		packed.push(item(1));
		expect(packed.takeAll()).toEqual([item(1)]);
	});
});
