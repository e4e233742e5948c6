// @ts-check
import { element } from './dom.js';

/** Longest JSON shown, in characters; a page slows down long before a 5 MB body is readable. */
const MAX_SHOWN = 60_000;

const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/g;

/** @param {string} token @param {string | undefined} text @param {string | undefined} colon */
function tokenClass(token, text, colon) {
	if (text === undefined) return /^[-\d]/.test(token) ? 'json-number' : 'json-word';
	return colon === undefined ? 'json-text' : 'json-key';
}

/** JSON as a block with its parts coloured. @param {string} json */
export function jsonBlock(json) {
	const shown = json.slice(0, MAX_SHOWN);
	const code = element('code');
	let end = 0;
	for (const match of shown.matchAll(TOKENS)) {
		const [token, text, colon] = match;
		code.append(shown.slice(end, match.index));
		code.append(element('span', tokenClass(token, text, colon), text ?? token), colon ?? '');
		end = match.index + token.length;
	}
	code.append(shown.slice(end));
	if (json.length > MAX_SHOWN)
		code.append(`\n… ${json.length - MAX_SHOWN} more characters; Copy takes all.`);
	const block = element('pre', 'json', code);
	block.tabIndex = 0;
	block.setAttribute('role', 'region');
	block.setAttribute('aria-label', 'The event as JSON');
	return block;
}
