import type { IWebhookFunctions } from 'n8n-workflow';
import type { TurnedAway } from './turnedAway';

/** To find out why costs more than a check: of forgeries it is asked once in this time for each node and reason. */
const ASK_EVERY_MS = 60_000;

interface Explained {
	readonly words: string | undefined;
	readonly at: number;
}

const byReason = new Map<string, Explained>();

/**
 * Puts the provider's own words in the place of the common ones, where it has some.
 *
 * @param ask what would make the delivery genuine
 */
export async function explained(
	context: IWebhookFunctions,
	refused: TurnedAway,
	ask: () => Promise<string | undefined>,
): Promise<TurnedAway> {
	const scope = `${context.getWorkflow().id}:${context.getNode().id}:${refused.reason}`;
	const isTest = context.getMode() === 'manual';
	let known = isTest ? undefined : byReason.get(scope);
	const now = performance.now();
	if (known === undefined || now - known.at >= ASK_EVERY_MS) {
		known = { words: await ask().catch(() => undefined), at: now };
		if (!isTest) byReason.set(scope, known);
	}
	return known.words === undefined ? refused : { ...refused, whatToDo: known.words };
}
