import type { SendRequest } from './arguments.mts';

/** What n8n answers by itself while it starts: first with status 200, then 404, before any node runs. */
const STARTING = /n8n is starting up|Cannot POST \/webhook\//;

/** The answer in one line; while n8n starts, it is a page. */
export function answerLine({ status, text }: { status: number; text: string }): string {
	return `${status} ${/^\s*</.test(text) ? 'with an HTML page' : text}`;
}

/** What n8n's answer means, and whether it is the one that was to come. */
export function explain(
	{ status, text }: { readonly status: number; readonly text: string },
	{ badSignature, isRepeatable }: Pick<SendRequest, 'badSignature' | 'isRepeatable'>,
	settings: string,
): { words: string; isExpected: boolean } {
	const ok = status >= 200 && status < 300;
	const told = (words: string, isExpected = ok !== badSignature) => ({ words, isExpected });
	if (STARTING.test(text)) {
		return told(
			'n8n is still starting: it has stored nothing. Wait for the summary of "npm start", then send it again.',
			false,
		);
	}
	if (ok && /"duplicate":true|duplicate detected/.test(text))
		return told('n8n already had this event: no second execution.');
	if (ok && text.includes('"ignored"'))
		return told("The trigger's 'Events' does not include this event: no execution.");
	// n8n's own store stops that one, and it knows only once the execution runs.
	const ending = isRepeatable
		? " If this ID was handled before n8n's last start, the execution ends at the trigger."
		: '';
	if (ok) return told(`Accepted: n8n has stored the execution. Look at the live page.${ending}`);
	if (status === 401 && badSignature)
		return told('Refused, as it should be: no execution was started.');
	if (status === 401) {
		return told(
			`The secret in ${settings} differs from the one in the credential. Make them the same.`,
		);
	}
	if (status === 404) {
		return told(
			'The workflow is not published. Publish it in the editor, or run "npm start" again.',
		);
	}
	return told('n8n could not accept it. See n8n.log in the data folder.');
}
