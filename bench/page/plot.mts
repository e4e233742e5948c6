import { init, use } from 'echarts/core';
import { CustomChart, ScatterChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
import { isReached, type Figure } from '../figures.mts';
import { isDrawn } from './page.mts';

use([CustomChart, ScatterChart, GridComponent, SVGRenderer]);

const WIDTH = 860;
const ROW_HEIGHT = 24;
/** Room for names; a longer one is cut. */
const NAMES = 430;
const LONGEST_NAME = 68;

/** Readable on white and on black. */
const COLORS = {
	ink: '#7a8190',
	line: '#9aa1ad',
	reached: '#1a9a52',
	missed: '#d64545',
};

/** One line of the plot: the name of a group, or a ratio of it. */
type Row = { readonly heading: string } | { readonly figure: Figure };

/**
 * The ratios of a benchmark as SVG: a dot for the median, a line from the lowest to the highest round,
 * and a stroke for what is to be reached.
 */
export function ratioPlot(all: readonly Figure[]): string {
	const rows = rowsOf(all.filter(isDrawn));
	const height = rows.length * ROW_HEIGHT + 52;
	const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
	const drawn = rows.flatMap((row, index) =>
		'figure' in row ? [drawnRow(row.figure, index)] : [],
	);
	const text = { color: COLORS.ink, fontSize: 12, fontFamily: 'sans-serif' };
	try {
		chart.setOption({
			animation: false,
			grid: { left: NAMES, right: 24, top: 8, bottom: 36 },
			// A half and twice as much are the same distance from 1.
			xAxis: {
				type: 'log',
				logBase: 2,
				axisLabel: text,
				axisLine: { show: false },
				splitLine: { lineStyle: { color: COLORS.line, opacity: 0.4 } },
				name: 'ratio, logarithmic',
				nameLocation: 'middle',
				nameGap: 22,
				nameTextStyle: text,
			},
			yAxis: {
				type: 'category',
				inverse: true,
				data: [...rows.keys()].map(String),
				axisLabel: {
					...text,
					interval: 0,
					rich: { heading: { ...text, fontWeight: 'bold' } },
					formatter: (index: string) => labelOf(rows[Number(index)]),
				},
				axisTick: { show: false },
				axisLine: { lineStyle: { color: COLORS.line } },
			},
			series: [
				strokes(
					drawn.map(({ row, range: [from, to], color }) => ({ row, from, to, color, half: 0 })),
				),
				strokes(
					drawn.map(({ row, aim }) => ({ row, from: aim, to: aim, color: COLORS.ink, half: 8 })),
				),
				{
					type: 'scatter',
					silent: true,
					symbolSize: 9,
					data: drawn.map(({ row, value, color }) => ({
						value: [value, row],
						itemStyle: { color },
					})),
				},
			],
		});
		// What only its own scripts use, numbered anew for each picture of a process.
		const svg = chart.renderToSVGString().replace(/<style[\s\S]*?<\/style>/g, '');
		return `${svg.replace(/ (?:class|ecmeta_\w+)="[^"]*"/g, '')}\n`;
	} finally {
		chart.dispose();
	}
}

function rowsOf(figures: readonly Figure[]): Row[] {
	const groups = [...new Set(figures.map(({ group }) => group))];
	return groups.flatMap((heading) => [
		{ heading },
		...figures.filter(({ group }) => group === heading).map((figure) => ({ figure })),
	]);
}

function labelOf(row: Row | undefined): string {
	if (row === undefined) return '';
	const name = 'heading' in row ? row.heading : row.figure.name;
	const shown = name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
	// What ECharts reads as its own signs.
	return 'heading' in row ? `{heading|${shown.replace(/[{}|]/g, ' ')}}` : shown;
}

function drawnRow({ value, range = [value, value], aim = { atLeast: 1 } }: Figure, row: number) {
	const color = isReached(value, aim) ? COLORS.reached : COLORS.missed;
	return { row, value, range, color, aim: 'atLeast' in aim ? aim.atLeast : aim.atMost };
}

interface Stroke {
	readonly row: number;
	readonly from: number;
	readonly to: number;
	readonly color: string;
	/** Half of its height, in pixels: across its row, where it is more than 0. */
	readonly half: number;
}

interface CoordinateApi {
	value(dimension: number): number;
	coord(point: readonly [number, number]): [number, number];
}

function strokes(all: readonly Stroke[]) {
	return {
		type: 'custom',
		silent: true,
		data: all.map(({ row, from, to }) => [from, row, to]),
		encode: { x: [0, 2], y: 1 },
		renderItem: ({ dataIndex }: { dataIndex: number }, api: CoordinateApi) => {
			const { color = COLORS.ink, half = 0 } = all[dataIndex] ?? {};
			const [left, y] = api.coord([api.value(0), api.value(1)]);
			const [right] = api.coord([api.value(2), api.value(1)]);
			return {
				type: 'line',
				shape: { x1: left, y1: y - half, x2: right, y2: y + half },
				style: { stroke: color, lineWidth: 2 },
			};
		},
	};
}
