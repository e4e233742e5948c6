import type { IHookFunctions, INodeProperties, IWebhookFunctions } from 'n8n-workflow';
import { wordsIn } from '../../lib/event/lists';
import { assertGivesSomething } from '../shared/givesNothing';
import type { EventOptions } from './identify';

const NONE: EventOptions = { keptHeaders: [], unwrapCloudEvents: false };

/** Options of this trigger beside those that all webhook triggers share. */
export const eventOptionProperties: readonly INodeProperties[] = [
	{
		displayName: 'Headers to Keep',
		name: 'headers',
		type: 'string',
		default: '',
		placeholder: 'e.g. X-Request-ID, User-Agent',
		description:
			'Names of request headers to put into the event under data.headers, separated by commas. Headers that hold secrets are never kept.',
	},
	{
		displayName: 'Unwrap CloudEvents',
		name: 'unwrapCloudEvents',
		type: 'boolean',
		default: false,
		description:
			'Whether a body that is a CloudEvents envelope, such as those of Webhook Notifier, becomes the event itself, with its own ID, source and type',
	},
];

/** What would put a secret into every execution. */
const SECRET_HEADERS = /^(?:authorization|proxy-authorization|cookie|x-api-key)$/;

/**
 * Reads them; most nodes have none, and then nothing is evaluated.
 *
 * @throws {Error} that names the option whose expression gives nothing, or the header that is a secret
 */
export function readEventOptions(context: IHookFunctions | IWebhookFunctions): EventOptions {
	const stored = new Map<string, unknown>(
		Object.entries(Object(context.getNode().parameters.options)),
	);
	if (!eventOptionProperties.some(({ name }) => stored.has(name))) return NONE;
	const options = new Map<string, unknown>(
		Object.entries(Object(context.getNodeParameter('options', {}))),
	);
	assertGivesSomething(stored.get('headers'), options.get('headers'), 'Headers to Keep');
	const keptHeaders = wordsIn(String(options.get('headers') ?? '').toLowerCase());
	const secret = keptHeaders.find((name) => SECRET_HEADERS.test(name));
	if (secret !== undefined) {
		throw new Error(
			`'Headers to Keep' names ${secret}, which holds a secret and would be stored with each event. Take it out.`,
		);
	}
	return { keptHeaders, unwrapCloudEvents: options.get('unwrapCloudEvents') === true };
}
