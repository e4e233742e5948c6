// @ts-check
import { byId, svg } from './dom.js';

/** @typedef {import('./connection.js').Minute} Minute */

const MINUTE_MS = 60_000;
const WIDTH = 480;
const HEIGHT = 56;

/** Each chart: how many bars, and how many minutes one stands for. */
const CHARTS = [
	{ name: 'hour', bars: 60, minutes: 1, words: 'in the last hour' },
	{ name: 'day', bars: 24, minutes: 60, words: 'in the last 24 hours' },
];

/** By their start. @type {Map<number, Minute>} */
let minutes = new Map();

/** Takes the hub's count of a day in place of what was counted here. @param {Minute[]} counted */
export function setActivity(counted) {
	minutes = new Map(counted.map((minute) => [minute[0], [...minute]]));
}

/**
 * Counts what has just arrived.
 * @param {import('./describe.js').EventRecord} record
 */
export function countArrival({ receivedAt, event }) {
	const at = new Date(receivedAt).getTime();
	const start = at - (at % MINUTE_MS);
	const minute = minutes.get(start) ?? [start, 0, 0, 0];
	if (event.type === 'webhook.refused') {
		const data = /** @type {{ refused?: unknown } | null | undefined} */ (event.data);
		minute[3] += typeof data?.refused === 'number' ? data.refused : 1;
	} else minute[1] += 1;
	minutes.set(start, minute);
}

/** Draws the last hour and the last day, by arrival. @param {number} now in milliseconds */
export function drawActivity(now) {
	for (const chart of CHARTS) draw(chart, now);
}

/** @param {typeof CHARTS[number]} chart @param {number} now */
function draw({ name, bars, minutes: perBar, words }, now) {
	const counts = Array.from({ length: bars }, () => ({ fine: 0, failed: 0, refused: 0 }));
	for (const [start, events, failed, refused] of minutes.values()) {
		// The hub's clock may run a little ahead of this device's.
		const age = Math.max(0, Math.floor((now - start) / (perBar * MINUTE_MS)));
		const bar = counts[bars - 1 - age];
		if (bar === undefined) continue;
		bar.fine += events - failed;
		bar.failed += failed;
		bar.refused += refused;
	}
	const most = Math.max(4, ...counts.map(({ fine, failed, refused }) => fine + failed + refused));
	const shapes = counts.flatMap((count, place) => stack(count, place, WIDTH / bars, most));
	byId(`${name}-bars`).replaceChildren(...shapes);

	const sum = (/** @type {'fine' | 'failed' | 'refused'} */ kind) =>
		counts.reduce((total, count) => total + count[kind], 0);
	const [total, failed, refused] = [sum('fine') + sum('failed'), sum('failed'), sum('refused')];
	byId(`${name}-total`).textContent = total.toLocaleString('en-US');
	byId(`${name}-word`).textContent = total === 1 ? 'event' : 'events';
	const bad = [failed > 0 ? `${failed} failed` : '', refused > 0 ? `${refused} refused` : ''];
	byId(`${name}-bad`).textContent = bad.filter(Boolean).join(', ');
	byId(`${name}-bars`).setAttribute(
		'aria-label',
		`${total} events, ${failed} failed, ${refused} refused ${words}`,
	);
}

/**
 * One bar: what was fine at the bottom, what failed or was refused above it, in red.
 * @param {{ fine: number, failed: number, refused: number }} count
 * @param {number} place @param {number} step @param {number} most
 */
function stack({ fine, failed, refused }, place, step, most) {
	const bad = failed + refused;
	const gap = Math.min(3, step / 4);
	const rect = (/** @type {number} */ bottom, /** @type {number} */ height, kind = '') =>
		svg('rect', {
			x: place * step + gap / 2,
			y: HEIGHT - bottom - height,
			width: step - gap,
			height,
			class: kind,
		});
	if (fine + bad === 0) return [rect(0, 2, 'quiet')];
	const scaled = (/** @type {number} */ count) =>
		count === 0 ? 0 : Math.max(4, (count / most) * HEIGHT);
	const [low, high] = [scaled(fine), scaled(bad)];
	return [
		...(fine > 0 ? [rect(0, low, 'busy')] : []),
		...(bad > 0 ? [rect(Math.min(low, HEIGHT - high), high, 'bad')] : []),
	];
}
