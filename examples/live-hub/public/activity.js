// @ts-check
import { byId, svg } from './dom.js';

const MINUTES = 30;
const MINUTE_MS = 60_000;
const HEIGHT = 44;
const STEP = 240 / MINUTES;

/**
 * Draws one bar for each of the last 30 minutes.
 *
 * @param {number[]} times when events arrived, in milliseconds
 * @param {number} now
 */
export function drawActivity(times, now) {
	const perMinute = new Array(MINUTES).fill(0);
	for (const time of times) {
		// The hub's clock may run a little ahead of this device's.
		const age = Math.max(0, Math.floor((now - time) / MINUTE_MS));
		if (age < MINUTES) perMinute[MINUTES - 1 - age] += 1;
	}
	const most = Math.max(4, ...perMinute);
	const bars = perMinute.map((count, minute) => {
		const height = count === 0 ? 2 : Math.max(5, (count / most) * HEIGHT);
		return svg('rect', {
			x: minute * STEP + 1,
			y: HEIGHT - height,
			width: STEP - 2,
			height,
			rx: count === 0 ? 1 : 2,
			class: count === 0 ? 'quiet' : 'busy',
		});
	});
	byId('activity-bars').replaceChildren(...bars);
	const total = perMinute.reduce((sum, count) => sum + count, 0);
	byId('activity-total').textContent = String(total);
	byId('activity-word').textContent = total === 1 ? 'event' : 'events';
}
