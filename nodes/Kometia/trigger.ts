import { NodeOperationError, type IHookFunctions } from 'n8n-workflow';
import type { WebhookTrigger } from '../shared/webhook/webhookTrigger';
import { eventPathProblem } from './eventPath';
import { readLookupOptions } from './lookupOptions';
import { kometiaProvider } from './provider';
import {
	assertKometiaCredential,
	KOMETIA_CREDENTIAL,
	kometiaSettings,
	type KometiaSettings,
} from './settings';

/** Kometia as its trigger node sees it. */
export const kometiaTrigger: WebhookTrigger<KometiaSettings> = {
	provider: kometiaProvider,
	credential: { ...KOMETIA_CREDENTIAL, secretField: 'API Key' },
	// Kometia repeats hourly for 2 days. Only what it got no answer to comes again, so this is ample.
	deduplication: { windowHours: 72, capacity: 5000 },
	settings: kometiaSettings,
	assertCredential: assertKometiaCredential,
	assertParameters,
};

function assertParameters(context: IHookFunctions): void {
	const events: unknown = context.getNodeParameter('events', '');
	if ([events].flat().join('').trim() === '') {
		throw new NodeOperationError(
			context.getNode(),
			"'Events' is empty, so no event would start this workflow. Write * for all events.",
		);
	}
	const { eventPath } = readLookupOptions(context);
	const problem = eventPathProblem(eventPath);
	if (problem === undefined) return;
	throw new NodeOperationError(
		context.getNode(),
		`'Event Path' cannot be used: ${problem}. Write it as in /events/{id}.`,
	);
}
