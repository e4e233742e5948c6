import type { IExecuteFunctions } from 'n8n-workflow';
import { readPatterns } from '../../lib/event/pattern';

/**
 * The subscribers that a resend is for.
 *
 * @returns undefined for all that want the event
 */
export function chosenSubscribers(context: IExecuteFunctions): readonly string[] | undefined {
	if (context.getNodeParameter('operation', 0) !== 'resend') return undefined;
	const ids = [...new Set(readPatterns(context.getNodeParameter('subscriberIds', 0, '')))];
	return ids.length === 0 ? undefined : ids;
}
