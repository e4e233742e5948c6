// @ts-check
import { FAMILIES, isReplay, rowKey } from './describe.js';
import { byId, element } from './dom.js';
import { createRow } from './row.js';
import { ago } from './time.js';

/**
 * @typedef {import('./describe.js').EventRecord} EventRecord
 * @typedef {import('./describe.js').Family} Family
 * @typedef {ReturnType<typeof createRow>} Row
 */

const list = byId('list');
const search = /** @type {HTMLInputElement} */ (byId('search'));
/** Rows by identity. @type {Map<string, Row>} */
const rows = new Map();
/** @type {Set<Family>} */
const hidden = new Set();
/** As many as the hub keeps; it says how many. */
let limit = 500;

/** @param {Row} row */
function matches({ about, haystack }) {
	const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
	return !hidden.has(about.family) && words.every((word) => haystack.includes(word));
}

/** @param {Family} family @param {string} label */
function familyButton(family, label) {
	const count = element('span', 'count');
	const button = element('button', `family is-${family}`, element('span', 'swatch'), label, count);
	button.type = 'button';
	button.addEventListener('click', () => {
		if (!hidden.delete(family)) hidden.add(family);
		refresh();
	});
	byId('families').append(button);
	return { button, count };
}

const buttons = Object.entries(FAMILIES).map(([name, label]) => {
	const family = /** @type {Family} */ (name);
	return { family, ...familyButton(family, label) };
});

/** Applies the filters and rewrites what depends on the rows. */
export function refresh() {
	const now = new Date();
	const counts = new Map();
	let visible = 0;
	let verified = 0;
	for (const row of rows.values()) {
		row.node.hidden = !matches(row);
		if (!row.node.hidden) visible += 1;
		if (row.about.verified) verified += 1;
		counts.set(row.about.family, (counts.get(row.about.family) ?? 0) + 1);
		const relative = row.node.querySelector('.ago');
		if (relative) relative.textContent = ago(row.about.when, now);
	}
	for (const { family, button, count } of buttons) {
		const total = counts.get(family) ?? 0;
		count.textContent = String(total);
		button.hidden = total === 0 && !hidden.has(family);
		button.setAttribute('aria-pressed', String(!hidden.has(family)));
	}
	const unverified = String(rows.size - verified);
	byId('verified').textContent = String(verified);
	byId('unverified').textContent = unverified;
	byId('unverified').dataset.count = unverified;
	const filtered = visible < rows.size;
	byId('shown').textContent = filtered ? `${visible} of ${rows.size} events` : '';
	byId('empty').hidden = rows.size > 0;
	byId('no-match').hidden = rows.size === 0 || visible > 0;
}

/**
 * Lists events, those on top that arrived last; `refresh` brings the counts up to date afterwards. One that is listed already is left
 * alone, unless it is a replay, or what became of it was told: then its row is renewed.
 * @param {EventRecord[]} records oldest first
 * @param {boolean} [quiet] without the movement that marks a new row
 * @returns {Row[]} the rows that are new
 */
export function addEvents(records, quiet = false) {
	const added = [];
	for (const record of records) {
		const key = rowKey(record.event);
		const before = rows.get(key);
		if (before && !isNews(record, before.record)) continue;
		const row = createRow(record);
		row.node.hidden = !matches(row);
		if (before) {
			row.disclosure.open = before.disclosure.open;
			before.node.remove();
			rows.delete(key);
		}
		rows.set(key, row);
		if (!quiet) row.node.classList.add('is-new');
		place(row);
		added.push(row);
	}
	while (rows.size > limit) removeOldest();
	return added;
}

/** @param {EventRecord} record @param {EventRecord} listed an event of the same identity */
function isNews(record, listed) {
	if (record.receivedAt < listed.receivedAt) return false;
	return isReplay(record.event) || (record.status ?? '') !== (listed.status ?? '');
}

/** Puts a row where it belongs by its arrival, which is nearly always the top. @param {Row} row */
function place(row) {
	const { receivedAt } = row.record;
	let next = list.firstElementChild;
	while (next && arrivalOf(next) > receivedAt) next = next.nextElementSibling;
	row.node.dataset.arrival = receivedAt;
	list.insertBefore(row.node, next);
}

/** @param {Element} node */
function arrivalOf(node) {
	return node instanceof HTMLElement ? (node.dataset.arrival ?? '') : '';
}

function removeOldest() {
	const oldest = list.lastElementChild;
	for (const [key, { node }] of rows) if (node === oldest) rows.delete(key);
	oldest?.remove();
}

/** @param {number} most */
export function setLimit(most) {
	limit = most;
}

search.addEventListener('input', refresh);
byId('clear').addEventListener('click', () => {
	search.value = '';
	hidden.clear();
	refresh();
});
