import { describe, expect, test } from 'vitest';
import { aimInWords, digitsFor, isReached, ratioOf } from '../../bench/figures.mts';
import { BENCHMARKS, type Run } from '../../bench/page/benchmarks.mts';
import { benchmarksPage, isDrawn } from '../../bench/page/page.mts';
import { ratioPlot } from '../../bench/page/plot.mts';
import { lastRuns } from '../../bench/page/writePage.mts';
import { read } from '../support/pages.mts';

const RUN: Run = {
	date: '2026-01-02',
	minutes: 3,
	machine: '2 × a processor, 8 GiB, Linux 6',
	versions: 'n8n 2.41.1, Node.js 24.0.0',
	loadBefore: 0.25,
	figures: [
		{ group: 'Rates', name: 'ours', value: 1234.5, range: [1000, 1400], unit: 'items/s' },
		{ group: 'Ratios', name: 'a|b', value: 1.5, range: [1.2, 1.9], aim: { atLeast: 1.4 } },
		{ group: 'Ratios', name: 'size', value: 0.7, aim: { atMost: 0.6 } },
	],
};

describe('a figure', () => {
	test('is the median of the ratios of the rounds, not the ratio of medians', () => {
		expect(ratioOf([1, 2, 30], [1, 4, 10])).toEqual({ value: 1, range: [0.5, 3] });
	});

	test('reaches an aim from the side that the aim names', () => {
		expect(isReached(1.4, { atLeast: 1.4 })).toBe(true);
		expect(isReached(1.39, { atLeast: 1.4 })).toBe(false);
		expect(isReached(0, { atMost: 0 })).toBe(true);
		expect(isReached(1, { atMost: 0 })).toBe(false);
		expect([aimInWords({ atLeast: 2 }), aimInWords({ atMost: 2 })]).toEqual(['≥ 2', '≤ 2']);
	});

	test('is written with digits that tell its rounds apart', () => {
		expect(digitsFor({ group: '', name: '', value: 0.987 })(0.987)).toBe('0.99');
		expect(digitsFor({ group: '', name: '', value: 12345.6, unit: 's' })(12345.6)).toBe('12,346');
		expect(digitsFor({ group: '', name: '', value: 0, unit: 'lost' })(0)).toBe('0');
	});
});

describe('the page of benchmarks', () => {
	test('has a table for each group, says what was missed, and what was not run yet', () => {
		const page = benchmarksPage({ verify: RUN });
		expect(page).toContain('| ours | 1,235 items/s | 1,000 | 1,400 |  |  |');
		expect(page).toContain('| a\\|b | 1.50 | 1.20 | 1.90 | ≥ 1.4 | reached |');
		expect(page).toContain('| size | 0.70 |  |  | ≤ 0.6 | **missed** |');
		expect(page).toContain('2026-01-02, 3 minutes; 2 × a processor');
		expect(page.match(/Not run yet/g)).toHaveLength(BENCHMARKS.length - 1);
	});

	test('draws ratios only, and gives each its color', () => {
		const svg = ratioPlot(RUN.figures);
		expect(svg).toMatch(/^<svg [^>]+viewBox/);
		expect(svg).toContain('>a|b</text>');
		expect(svg).not.toContain('>ours</text>');
		expect(svg).toContain('#1a9a52');
		expect(svg).toContain('#d64545');
	});

	const runs = lastRuns();

	test('is what was measured, and nothing else', () => {
		expect(read('docs/benchmarks.md')).toBe(benchmarksPage(runs));
	});

	test.each(Object.entries(runs).filter(([, { figures }]) => figures.some(isDrawn)))(
		'the plot of %s is what was measured',
		(name, { figures }) => {
			expect(read(`docs/benchmarks/${name}.svg`)).toBe(ratioPlot(figures));
		},
	);
});
