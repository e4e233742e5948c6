import type { INodeProperties, IWebhookFunctions } from 'n8n-workflow';

/**
 * Evolution API makes a token once for each event, good for 10 minutes, and sends it with all ten
 * attempts, the last of which comes after 20 to 25 minutes. What is refused is not sent again.
 */
const DEFAULT_MINUTES = 30;

const MINUTE_MS = 60_000;

/** The option 'Token Leeway (Minutes)'. */
export const tokenLeewayOption: INodeProperties = {
	displayName: 'Token Leeway (Minutes)',
	name: 'tokenLeeway',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 1440 },
	default: DEFAULT_MINUTES,
	description:
		'For how long after its end a signed token is still accepted. Late retries carry the token of the first attempt, so less than 20 minutes can lose events.',
};

/** The option's value in milliseconds. */
export function tokenLeewayMs(context: IWebhookFunctions): number {
	const { options } = context.getNode().parameters;
	if (typeof options !== 'object' || options === null || !('tokenLeeway' in options)) {
		return DEFAULT_MINUTES * MINUTE_MS;
	}
	const minutes = Number(context.getNodeParameter('options.tokenLeeway', DEFAULT_MINUTES));
	return (Number.isFinite(minutes) && minutes >= 0 ? minutes : DEFAULT_MINUTES) * MINUTE_MS;
}
