// @ts-check
import { describe } from './describe.js';
import { copyOnClick, element } from './dom.js';
import { icon } from './icons.js';
import { jsonBlock } from './json.js';
import { replayButton } from './replay.js';
import { clock, fullTime } from './time.js';

/** @typedef {import('./describe.js').EventRecord} EventRecord */

/** @param {boolean} verified @param {string} method */
function badge(verified, method) {
	const node = element('span', `badge ${verified ? 'is-verified' : 'is-unverified'}`);
	node.append(
		icon(verified ? 'shield' : 'open'),
		element('span', 'visually-hidden', 'Verification: '),
		element('bdi', 'verification', method),
	);
	node.title = verified ? `The sender was verified by ${method}` : 'The sender was not verified';
	return node;
}

/** @param {EventRecord} record @param {import('./describe.js').Description} about */
function details(record, { link, family, execution: executionId }) {
	const json = JSON.stringify(record.event, null, 2);
	const copy = element('button', 'copy', 'Copy JSON');
	copy.type = 'button';
	copyOnClick(copy, () => json);
	const facts = element('p', 'facts');
	facts.append(`Received ${fullTime(new Date(record.receivedAt))}`);
	if (link) {
		const execution = element('a', 'execution', 'Execution in n8n');
		execution.href = link;
		execution.target = '_blank';
		execution.rel = 'noreferrer';
		facts.append(' · ', execution);
	}
	const buttons = element('div', 'details-buttons', copy);
	const bar = element('div', 'details-bar', facts, buttons);
	const node = element('div', 'details', bar, jsonBlock(json));
	// A refusal is no delivery: there is nothing to run again.
	if (executionId && family !== 'refused') {
		const { button, outcome } = replayButton(executionId);
		buttons.prepend(button);
		bar.after(outcome);
	}
	return node;
}

/**
 * A row of the list. The whole row is the summary of a disclosure, so a keyboard opens it as well;
 * the JSON is written only then.
 * @param {EventRecord} record
 */
export function createRow(record) {
	const about = describe(record);
	const time = element('time', 'clock', clock(about.when));
	time.dateTime = about.when.toISOString();
	time.title = fullTime(about.when);

	const title = element('h3', 'label', about.label);
	const heading = element('div', 'heading', title, element('code', 'type', about.type));
	if (about.replayed)
		heading.append(element('span', 'badge is-replayed', icon('replay'), 'replayed'));
	if (about.failed)
		heading.append(element('span', 'badge is-broken', icon('failed'), 'workflow failed'));

	const person = element('p', 'person', element('bdi', 'who', about.who));
	if (about.address) person.append(element('bdi', 'extra', about.address));
	if (about.channel) {
		person.append(element('span', 'extra', 'via ', element('bdi', '', about.channel)));
	}
	const body = element('div', 'body', heading, person);
	if (about.kind || about.text || about.file) {
		const content = element('p', about.family === 'reactions' ? 'text is-reaction' : 'text');
		content.dir = 'auto';
		if (about.kind) content.append(element('span', 'kind', about.kind));
		content.append(about.text || about.file);
		body.append(content);
	}

	const marks = element('div', 'marks', badge(about.verified, about.verification), icon('chevron'));
	const summary = element(
		'summary',
		'',
		element('div', 'when', time, element('span', 'ago')),
		element('span', `mark is-${about.icon}`, icon(about.icon)),
		body,
		marks,
	);
	const disclosure = element('details', '', summary);
	disclosure.addEventListener('toggle', () => {
		if (disclosure.open && disclosure.childElementCount === 1) {
			disclosure.append(details(record, about));
		}
	});

	const node = element('li', `row is-${about.family}`, disclosure);
	const searchable = [about.label, about.type, about.who, about.address, about.channel, about.text];
	const haystack = [...searchable, about.kind, about.file, record.event.id]
		.join('\n')
		.toLowerCase();
	return { node, disclosure, about, haystack, record };
}
