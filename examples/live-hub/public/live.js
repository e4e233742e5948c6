// @ts-check
import { listenActionCable } from './actionCableSource.js';
import { countArrival, drawActivity, setActivity } from './activity.js';
import { connect } from './connection.js';
import { byId, copyOnClick } from './dom.js';
import { addEvents, refresh, setLimit } from './list.js';
import { listenPusher } from './pusherSource.js';
import { offerReplays } from './replay.js';
import { clock } from './time.js';

/** @type {Record<import('./connection.js').State, [title: string, detail: () => string]>} */
const STATES = {
	connecting: ['Connecting…', () => 'Looking for the server.'],
	connected: ['Connected', () => 'New events appear automatically.'],
	reconnecting: ['Not connected', () => `Reconnecting… ${contact()}`],
	offline: ['Offline', () => `This device has no network connection. ${contact()}`],
};

/** Relative times and the activity are rewritten this often, in milliseconds. */
const TICK_MS = 15_000;
/** A burst of events is read out as one sentence, in milliseconds. */
const ANNOUNCE_MS = 1000;

/** Counts are rewritten once for a burst of events, in milliseconds. */
const GATHER_MS = 50;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let scheduled;
/** @type {Date | undefined} */
let lastContact;
let unread = 0;
/** @type {ReturnType<typeof addEvents>} */
let unannounced = [];

function contact() {
	return lastContact ? `Last contact ${clock(lastContact)}.` : 'The server does not answer.';
}

/** @param {import('./connection.js').State} state @param {string} [refusal] what the hub said */
function showState(state, refusal) {
	const status = byId('status');
	// The time of last contact is when the connection was lost, not when a retry failed.
	if (status.dataset.state === 'connected' || state === 'connected') lastContact = new Date();
	if (status.dataset.state === state && !refusal) return;
	const [title, detail] = STATES[state];
	status.dataset.state = state;
	byId('status-title').textContent = title;
	byId('status-detail').textContent = refusal ?? detail();
}

/** @param {{ lost: number, restarted: boolean }} gap */
function showGap({ lost, restarted }) {
	const parts = [];
	if (restarted) {
		parts.push(
			'The server was down or restarted: events sent to it in the meantime are not listed.',
		);
	}
	if (lost === 1) parts.push('1 missed event is no longer on the server.');
	if (lost > 1) parts.push(`${lost} missed events are no longer on the server.`);
	parts.push("n8n's own list of executions has them all.");
	notify('notice', parts.join(' '));
}

/** @param {string} id @param {string} words empty: there is nothing to say */
function notify(id, words) {
	byId(id).textContent = words;
	byId(id).hidden = words === '';
}

function announce() {
	const [first] = unannounced;
	if (unannounced.length === 1 && first) {
		byId('announcer').textContent = `${first.about.label}, ${first.about.who}. ${first.about.text}`;
	} else if (unannounced.length > 1) {
		byId('announcer').textContent = `${unannounced.length} new events`;
	}
	unannounced = [];
}

function tick() {
	clearTimeout(scheduled);
	scheduled = undefined;
	refresh();
	drawActivity(Date.now());
}

/** @type {import('./connection.js').Page} */
const page = {
	onState: showState,
	onGap: showGap,
	onLimit: setLimit,
	onActivity(minutes) {
		setActivity(minutes);
		scheduled ??= setTimeout(tick, GATHER_MS);
	},
	onN8n({ replay, historyProblem }) {
		offerReplays(replay);
		notify('history-problem', historyProblem && `Earlier events are not listed: ${historyProblem}`);
	},
	onEvents(records, caughtUp) {
		const added = addEvents(records, caughtUp);
		if (!caughtUp) records.forEach(countArrival);
		scheduled ??= setTimeout(tick, GATHER_MS);
		if (unannounced.length === 0) setTimeout(announce, ANNOUNCE_MS);
		if (!caughtUp) unannounced.push(...added);
		if (document.hidden) document.title = `(${(unread += added.length)}) Live events`;
	},
};

document.addEventListener('visibilitychange', () => {
	if (document.hidden) return;
	unread = 0;
	document.title = 'Live events';
	tick();
});
copyOnClick(byId('copy-command'), () => byId('command').textContent ?? '');
setInterval(tick, TICK_MS);
tick();

/** @type {{ protocol?: string, url: string, channel: string }} */
const source = await (await fetch('source.json')).json();
if (source.protocol === 'pusher') listenPusher(source, page);
else if (source.protocol === 'actionCable') listenActionCable(source, page);
else connect(page);
