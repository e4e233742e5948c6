import type { IWebhookFunctions } from 'n8n-workflow';
import type { TurnedAway } from './turnedAway';

/** To find out why costs more than a check: of forgeries it is asked once in this time for each node. */
const ASK_EVERY_MS = 60_000;

interface Explained {
	readonly reason: string;
	readonly words: string | undefined;
	readonly at: number;
}

const byNode = new Map<string, Explained>();

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
	const scope = `${context.getWorkflow().id}:${context.getNode().id}`;
	const isTest = context.getMode() === 'manual';
	let known = isTest ? undefined : byNode.get(scope);
	const now = performance.now();
	if (known === undefined || now - known.at >= ASK_EVERY_MS) {
		known = { reason: refused.reason, words: await ask().catch(() => undefined), at: now };
		if (!isTest) byNode.set(scope, known);
	}
	if (known.reason !== refused.reason || known.words === undefined) return refused;
	return { ...refused, whatToDo: known.words };
}
