import { EXAMPLES, SENDER_NAMES } from './examples.mts';
import type { Settings } from './settings.mts';

/** What to type in order to send. */
export const SEND_COMMANDS = `  Send signed events (in another terminal):
    npm run send -- "hola"
    npm run send -- --as waha      (or eu-atendo, kometia, yape)
    npm run send -- --help         (all options)`;

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
