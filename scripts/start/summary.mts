import { EXAMPLES, SENDER_NAMES } from './examples.mts';
import type { Settings } from './settings.mts';

/** What to type in order to send. */
export const SEND_COMMANDS = `  Send signed events (in another terminal):
    npm run send -- "hola"
    npm run send -- --as waha      (or eu-atendo, kometia, yape)
    npm run send -- --help         (all options)`;

/**
 * Where and how to log in to the editor.
 *
 * @param isAccepted whether n8n still takes the owner's password
 */
export function editorLines({ owner }: Settings, url: string, isAccepted: boolean): string {
	return `  Editor        ${url}
    email       ${owner.email}
    password    ${isAccepted ? owner.password : '(the one set in n8n, which no longer accepts the first one)'}`;
}

/** A line for each example workflow. */
export function workflowLines({ workflowIds }: Settings, n8nUrl: string): string {
	return EXAMPLES.map((name) => `    ${n8nUrl}/workflow/${workflowIds[name]}  ${name}`).join('\n');
}

/** A line for each sender of `npm run send`. */
export function webhookLines({ webhookUrls }: Settings): string {
	return SENDER_NAMES.map((name) => {
		return `    ${name.padEnd(10)}  ${webhookUrls[name] ?? '(none: no published trigger receives from it)'}`;
	}).join('\n');
}
