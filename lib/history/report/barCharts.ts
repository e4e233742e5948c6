import { SafeHtml } from './safeHtml';

/** One bar, in two parts that stand on each other. */
export interface Bar {
	readonly name: string;
	readonly good: number;
	readonly bad: number;
}

/** Widths in pixels: of a screen or a sheet of paper, and of a phone. The page shows one of both. */
const WIDTHS = { wide: 880, narrow: 340 } as const;

const ROW_HEIGHT = 30;

/** Nobody knows here which font the page is shown in: pixels of a wide one, at 12 pixels. */
const CHARACTER_WIDTH = 7.6;

/** Share of the width. */
const MOST_FOR_NAMES = 0.45;

/** ECharts would measure the names, in a font of its own. */
const OWN_BOUNDS = { outerBoundsMode: 'none' };

/** Colours are variables of the page, so that they are others in the dark and on paper. */
const COLORS = { good: 'var(--good)', bad: 'var(--bad)', ink: 'var(--ink)', line: 'var(--line)' };

/** Bars side by side, from the left to the right: how much there was of something over time. */
export async function barsOverTime(bars: readonly Bar[], label: string): Promise<SafeHtml> {
	return await bothWidths(label, (width) => ({
		height: 240,
		option: {
			grid: { ...OWN_BOUNDS, left: 52, right: 12, top: 12, bottom: 28 },
			xAxis: { ...names(bars), axisLabel: { color: COLORS.ink, hideOverlap: true, fontSize: 12 } },
			yAxis: values(width),
			series: series(bars),
		},
	}));
}

/**
 * Bars among each other, the first one at the top.
 *
 * @param format shown at the end of a bar
 */
export async function barsByName(
	bars: readonly Bar[],
	label: string,
	format: (bar: Bar) => string,
): Promise<SafeHtml> {
	return await bothWidths(label, (width) => {
		const longest = Math.floor((width * MOST_FOR_NAMES) / CHARACTER_WIDTH);
		const shown = bars.map((bar) => ({ ...bar, name: cut(bar.name, longest) }));
		const characters = Math.max(...shown.map(({ name }) => [...name].length));
		const left = Math.ceil(characters * CHARACTER_WIDTH) + 16;
		return { height: bars.length * ROW_HEIGHT + 16, option: byNameOption(shown, left, format) };
	});
}

function cut(name: string, longest: number): string {
	const characters = [...name];
	return characters.length <= longest ? name : `${characters.slice(0, longest - 1).join('')}…`;
}

function byNameOption(bars: readonly Bar[], left: number, format: (bar: Bar) => string) {
	return {
		grid: { ...OWN_BOUNDS, left, right: 64, top: 8, bottom: 8 },
		xAxis: { type: 'value', show: false },
		yAxis: {
			...names(bars),
			inverse: true,
			axisLabel: { color: COLORS.ink, fontSize: 12, interval: 0 },
		},
		series: series(bars).map((one, index) => ({
			...one,
			barMaxWidth: 18,
			label: {
				show: index === 1,
				position: 'right',
				color: COLORS.ink,
				fontSize: 12,
				formatter: ({ dataIndex }: { dataIndex: number }) => {
					const bar = bars[dataIndex];
					return bar === undefined ? '' : format(bar);
				},
			},
		})),
	};
}

function names(bars: readonly Bar[]) {
	return {
		type: 'category',
		data: bars.map(({ name }) => name),
		axisLine: { lineStyle: { color: COLORS.line } },
		axisTick: { show: false },
	};
}

function values(width: number) {
	return {
		type: 'value',
		minInterval: 1,
		splitNumber: width < 500 ? 3 : 4,
		axisLabel: { color: COLORS.ink, fontSize: 12 },
		splitLine: { lineStyle: { color: COLORS.line } },
	};
}

function series(bars: readonly Bar[]) {
	return (['good', 'bad'] as const).map((part) => ({
		type: 'bar',
		stack: 'all',
		silent: true,
		data: bars.map((bar) => bar[part]),
		itemStyle: { color: COLORS[part] },
		emphasis: { disabled: true },
		barMaxWidth: 40,
	}));
}

interface Drawing {
	readonly height: number;
	/** As ECharts has it. */
	readonly option: Readonly<Record<string, unknown>>;
}

async function bothWidths(
	label: string,
	drawingFor: (width: number) => Drawing,
): Promise<SafeHtml> {
	const init = await loadCharts();
	const drawn = Object.entries(WIDTHS).map(([name, width]) =>
		asPicture(draw(init, width, drawingFor(width)), name, label),
	);
	return new SafeHtml(drawn.join(''));
}

type Init = Awaited<ReturnType<typeof loadCharts>>;

/** An ECMAScript module, and large: loaded when the first chart is drawn. */
async function loadCharts() {
	const { init, use } = await import('echarts/core');
	const { BarChart } = await import('echarts/charts');
	const { GridComponent } = await import('echarts/components');
	const { SVGRenderer } = await import('echarts/renderers');
	use([BarChart, GridComponent, SVGRenderer]);
	return init;
}

function draw(init: Init, width: number, { height, option }: Drawing): string {
	const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
	try {
		chart.setOption({
			animation: false,
			backgroundColor: 'transparent',
			textStyle: { fontFamily: 'inherit', color: COLORS.ink },
			...option,
		});
		return chart.renderToSVGString();
	} finally {
		chart.dispose();
	}
}

/** What only its own scripts use goes; how large it is, the page says. Texts are escaped by ECharts. */
function asPicture(svg: string, name: string, label: string): string {
	const plain = svg
		.replace(/<style[\s\S]*?<\/style>/g, '')
		.replace(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, '')
		.replace(/^<svg [^>]*?(?=viewBox)/, '<svg ');
	const words = new SafeHtml(label).text.replace(/[&<>"']/g, '');
	return plain.replace('<svg ', `<svg class="chart ${name}" role="img" aria-label="${words}" `);
}
