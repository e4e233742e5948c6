// @ts-check
import { byId, element } from './dom.js';
import { icon } from './icons.js';

/** Kept until the tab is closed, in this tab only. It never stands in an address. */
const KEPT_AS = 'live-page-replay-password';

const dialog = /** @type {HTMLDialogElement} */ (byId('replay-dialog'));
const input = /** @type {HTMLInputElement} */ (byId('replay-password'));
const problem = byId('replay-problem');

/** Whether the hub has a workflow that replays. @param {boolean} isOffered */
export function offerReplays(isOffered) {
	document.body.classList.toggle('replays', isOffered);
}

/**
 * Asks for the password, once for a tab; undefined where nobody gives one.
 * @param {string} wrong what was wrong with the one before
 * @returns {Promise<string | undefined>}
 */
async function askPassword(wrong = '') {
	problem.textContent = wrong;
	input.value = '';
	if (!dialog.open) dialog.showModal();
	input.focus();
	return await new Promise((resolve) => {
		const stop = new AbortController();
		const { signal } = stop;
		const end = (/** @type {string | undefined} */ password) => {
			stop.abort();
			dialog.close();
			resolve(password);
		};
		byId('replay-form').addEventListener(
			'submit',
			(event) => {
				event.preventDefault();
				end(input.value);
			},
			{ signal },
		);
		byId('replay-cancel').addEventListener('click', () => end(undefined), { signal });
		dialog.addEventListener('cancel', () => end(undefined), { signal });
	});
}

/**
 * @param {string} executionId
 * @returns {Promise<{ words: string, bad: boolean } | undefined>} undefined where nobody gave a password
 */
async function replay(executionId) {
	let password = sessionStorage.getItem(KEPT_AS) ?? (await askPassword());
	while (password !== undefined) {
		const response = await fetch('replay', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ executionId, password }),
		});
		const answer = await response.json();
		if (response.status === 401) {
			sessionStorage.removeItem(KEPT_AS);
			password = await askPassword(answer.error);
			continue;
		}
		if (!response.ok) return { words: answer.error, bad: true };
		sessionStorage.setItem(KEPT_AS, password);
		return wordsOf(answer);
	}
	return undefined;
}

/** @param {{ outcome: string, message: string, execution: string }} answer */
function wordsOf({ outcome, message, execution }) {
	const inExecution = execution ? ` (execution ${execution})` : '';
	if (outcome === 'replayed') return { words: `Replayed${inExecution}.`, bad: false };
	if (outcome === 'started')
		return { words: `The replay is still running${inExecution}.`, bad: false };
	if (outcome === 'skipped' && message === 'already_replayed')
		return { words: `Already replayed successfully${inExecution}.`, bad: false };
	if (outcome === 'skipped') return { words: `Not replayed: ${message}${inExecution}.`, bad: true };
	return { words: `Not replayed${inExecution}: ${message || 'n8n gives no reason.'}`, bad: true };
}

/**
 * What was asked for, by execution, and what became of it. The row is built anew when its replay arrives.
 * @type {Map<string, { words: string, bad: boolean, isRunning: boolean }>}
 */
const asked = new Map();

/** The button and the words that stand in the page, by execution. @type {Map<string, ReturnType<typeof replayButton>>} */
const shown = new Map();

/** @param {string} executionId */
function show(executionId) {
	const { words, bad, isRunning } = asked.get(executionId) ?? {
		words: '',
		bad: false,
		isRunning: false,
	};
	const parts = shown.get(executionId);
	if (!parts) return;
	parts.button.disabled = isRunning;
	parts.outcome.textContent = words;
	parts.outcome.classList.toggle('is-bad', bad);
}

/** @param {string} executionId */
async function replayAndTell(executionId) {
	asked.set(executionId, { words: 'Replaying…', bad: false, isRunning: true });
	show(executionId);
	const { words, bad } = (await replay(executionId).catch(() => ({
		words: 'The server does not answer.',
		bad: true,
	}))) ?? { words: '', bad: false };
	asked.set(executionId, { words, bad, isRunning: false });
	show(executionId);
}

/**
 * A button that lets n8n run an event again, and a place that tells what became of it.
 * @param {string} executionId
 */
export function replayButton(executionId) {
	const button = element('button', 'replay', icon('replay'), 'Replay');
	button.type = 'button';
	button.addEventListener('click', () => void replayAndTell(executionId));
	const outcome = element('p', 'replay-outcome');
	outcome.setAttribute('role', 'status');
	shown.set(executionId, { button, outcome });
	show(executionId);
	return { button, outcome };
}
