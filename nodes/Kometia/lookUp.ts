import type { IWebhookFunctions } from 'n8n-workflow';
import type { LookupAnswer } from '../../lib/flow/lookup';
import type { Verdict } from '../../lib/receive/provider';
import { eventUrl } from './eventPath';
import { fetchEvent } from './fetchEvent';
import { readLookupOptions } from './lookupOptions';
import { lookupsOf } from './nodeLookups';
import type { KometiaSettings } from './settings';

/** Publishing checks 'Event Path'; it is wrong here only where it holds an expression. */
const WRONG_PATH: LookupAnswer<unknown> = { state: 'unavailable', retryAfterSeconds: 60 };

/**
 * The verdict on an event by its id, from Kometia's API, within the node's limits.
 *
 * @param id one that passed the schema
 */
export async function lookUp(
	context: IWebhookFunctions,
	settings: KometiaSettings,
	id: string,
): Promise<Verdict> {
	const options = readLookupOptions(context);
	const { lookup } = lookupsOf(context);
	const warn = (problem: string) => tell(context, problem);
	const url = eventUrl(settings.baseUrl, options.eventPath, id);
	if (url === undefined) {
		warn("'Event Path' leads nowhere below the credential's 'Base URL': no event can be verified.");
		return verdictOf(WRONG_PATH);
	}
	// Another account or address must not profit from what this one was told.
	const key = `${settings.account} ${url}`;
	const answer = await lookup.get(key, options, async () => {
		const { answer: fetched, problem } = await fetchEvent(context, {
			id,
			url,
			timeoutMs: options.timeoutMs,
		});
		if (problem !== undefined) warn(problem);
		return fetched;
	});
	return verdictOf(answer);
}

/** The verdict on a delivery that names no event, which nobody can be asked about. */
export function withoutId(context: IWebhookFunctions): Verdict {
	tell(
		context,
		'A delivery to the Kometia Trigger was refused: it names no event that Kometia could be asked for. Its id must be 1 to 100 letters, digits, "-" or "_".',
	);
	return { result: 'refused', reason: 'event_not_found' };
}

function tell(context: IWebhookFunctions, problem: string): void {
	if (!lookupsOf(context).warnings.take()) return;
	const { id: workflowId } = context.getWorkflow();
	context.logger.warn(problem, { node: context.getNode().name, workflowId });
}

function verdictOf(answer: LookupAnswer<unknown>): Verdict {
	switch (answer.state) {
		case 'found':
			return { result: 'verified', verification: 'api-lookup', body: answer.value };
		case 'missing':
			return { result: 'refused', reason: 'event_not_found' };
		case 'unavailable':
			return {
				result: 'unavailable',
				retryAfterSeconds: answer.retryAfterSeconds,
				...(answer.credentialRefused === true ? { credentialRefused: true } : {}),
			};
	}
}
