import type { IHookFunctions, INodeProperties, IWebhookFunctions } from 'n8n-workflow';
import { wordsIn } from '../../lib/event/lists';
import { assertGivesSomething } from '../shared/givesNothing';
import type { Delivery } from '../../lib/receive/provider';
import type { EventOptions } from './identify';

type Context = IHookFunctions | IWebhookFunctions;

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
			'The request headers to include in the event under data.headers, separated by commas. Headers that contain secrets are never kept.',
	},
	{
		displayName: 'Public URL',
		name: 'publicUrl',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://hooks.example.com/twilio',
		description:
			'The URL you entered at the provider, if it differs from the Production URL of this node. Twilio signs it. Leave empty to use the Production URL.',
		displayOptions: { show: { '/scheme': ['twilio'] } },
	},
	{
		displayName: 'Unwrap CloudEvents',
		name: 'unwrapCloudEvents',
		type: 'boolean',
		default: false,
		description:
			'Whether to use a CloudEvents body, such as one sent by Webhook Notifier, as the event itself, with its own ID, source and type',
	},
];

/** What would put a secret into every execution. */
const SECRET_HEADERS = /^(?:authorization|proxy-authorization|cookie|x-api-key)$/;

/**
 * Reads them; most nodes have none, and then nothing is evaluated.
 *
 * @throws {Error} that names the option whose expression gives nothing, or the header that is a secret
 */
export function readEventOptions(context: Context): EventOptions {
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
	if (secret !== undefined) throw keptSecret(secret);
	return { keptHeaders, unwrapCloudEvents: options.get('unwrapCloudEvents') === true };
}

/** What to tell of a header that must not be kept. */
export function keptSecret(name: string): Error {
	return new Error(
		`'Headers to Keep' names ${name}, which contains a secret and would be stored with each event. Remove it.`,
	);
}

/**
 * The delivery as it came to the option 'Public URL', where that is set, with the query that it had.
 *
 * @throws {Error} where the option's expression gives nothing, or no URL
 */
export function atPublicUrl(context: Context, delivery: Delivery): Delivery {
	const address = publicUrl(context);
	if (address === undefined) return delivery;
	return {
		...delivery,
		url: () => {
			const own = delivery.url?.() ?? '';
			const query = own.indexOf('?');
			return query < 0 ? address : address + own.slice(query);
		},
	};
}

/** @returns undefined where n8n's own URL is the one that the provider calls */
export function publicUrl(context: Context): string | undefined {
	const stored: unknown = Reflect.get(Object(context.getNode().parameters.options), 'publicUrl');
	if (stored === undefined || stored === '') return undefined;
	const value: unknown = context.getNodeParameter('options.publicUrl', '');
	assertGivesSomething(stored, value, 'Public URL');
	const [address = ''] = String(value).trim().split(/[?#]/);
	if (address === '') return undefined;
	if (/^https?:\/\/\S+$/.test(address) && URL.canParse(address)) return address;
	throw new Error(
		"'Public URL' is not a URL. Enter one that starts with https://, or leave it empty for the URL of this node.",
	);
}
