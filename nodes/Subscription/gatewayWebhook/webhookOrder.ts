import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { matchesPattern, readPatterns } from '../../../lib/event/pattern';
import { whyNotPublicHttps } from '../../../lib/net/publicUrl';
import type { ViewOptions } from '../../../lib/registration/webhookAccount';
import type { ChosenEvents, WebhookGateway } from './gateway';

/** What an item asks for, at each of its sessions. */
export type GatewayOrder =
	| { readonly operation: 'get'; readonly url: string | undefined; readonly view: ViewOptions }
	| {
			readonly operation: 'register';
			readonly url: string;
			readonly secret: string;
			readonly events: ChosenEvents;
			readonly isFormer: (url: string) => boolean;
			readonly replaceExisting: boolean;
			readonly view: ViewOptions;
	  }
	/** Without a URL all webhooks are taken away. */
	| { readonly operation: 'remove'; readonly url: string | undefined; readonly view: ViewOptions };

/**
 * Reads the parameters of an item, but for the sessions.
 *
 * @param secrets those of the credential, the current one first
 * @throws {Error} that says what to do
 */
export function readOrder(
	context: IExecuteFunctions,
	itemIndex: number,
	gateway: WebhookGateway,
	secrets: readonly string[],
): GatewayOrder {
	const read = (name: string): unknown => context.getNodeParameter(name, itemIndex, '');
	const view = { secrets, showQuery: read('options.showQuery') === true };
	const operation = read('operation');
	if (operation === 'get') {
		const url = String(read('webhookUrl') ?? '').trim();
		return { operation, url: url === '' ? undefined : url, view };
	}
	if (operation === 'remove') {
		const isAny = read('webhookToRemove') === 'any';
		return { operation, url: isAny ? undefined : requiredUrl(read('webhookUrl')), view };
	}
	if (operation !== 'register') throw new Error(`'Operation' is not supported by this node`);
	const [secret] = secrets;
	if (secret === undefined) {
		const { label, secretField } = gateway.credential;
		throw new Error(
			`'${secretField}' is empty in the credential '${label}'. Enter 16 to 255 random characters.`,
		);
	}
	const former = readPatterns(read('options.formerUrls'));
	return {
		operation,
		url: readWebhookUrl(requiredUrl(read('webhookUrl')), gateway),
		secret,
		events: readEvents(read('events'), read('options.eventNames'), gateway),
		isFormer: (url) => former.some((pattern) => matchesPattern(pattern, url)),
		replaceExisting: read('options.replaceExisting') === true,
		view,
	};
}

function requiredUrl(value: unknown): string {
	const url = String(value ?? '').trim();
	if (url !== '') return url;
	throw new Error("'Webhook URL' is empty. Enter the URL of the webhook.");
}

function readEvents(types: unknown, names: unknown, { id }: WebhookGateway): ChosenEvents {
	const events = { types: readPatterns(types), names: readPatterns(names) };
	if (id === 'inboxHub' || events.types.length + events.names.length > 0) return events;
	throw new Error("'Events' is empty. Choose the events to deliver, or All Events.");
}

/** Sessions that are asked at the same time. */
export const CONCURRENCY = 5;
export const MOST_CONCURRENCY = 20;

/** The collection `options` of the resource Gateway Webhook. */
export const gatewayOptions: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	displayOptions: { show: { resource: ['gatewayWebhook'] } },
	options: [
		{
			displayName: 'Concurrency',
			name: 'concurrency',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: MOST_CONCURRENCY },
			default: 5,
			description: 'Max number of sessions to process at the same time',
		},
		{
			displayName: 'Former URLs',
			name: 'formerUrls',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://old-n8n.example.com/*',
			displayOptions: { show: { '/operation': ['register'] } },
			description:
				'Your earlier webhook URLs, separated by commas. Use * for any text. The new webhook replaces one of these. Other webhooks stay protected.',
		},
		{
			displayName: 'Gateway Event Names',
			name: 'eventNames',
			type: 'string',
			default: '',
			placeholder: 'e.g. call.received, group.v2.join',
			displayOptions: {
				show: { '/operation': ['register'], '/gateway': ['euAtendo', 'waha'] },
			},
			description: "The event names of the gateway, separated by commas. They replace 'Events'.",
		},
		{
			displayName: 'Replace Existing',
			name: 'replaceExisting',
			type: 'boolean',
			default: false,
			displayOptions: {
				show: { '/operation': ['register'], '/gateway': ['euAtendo', 'inboxHub'] },
			},
			description:
				"Whether to replace a webhook that somebody else registered. A session has only one webhook, and the secret of the old one can't be restored.",
		},
		{
			displayName: 'Show Query Strings',
			name: 'showQuery',
			type: 'boolean',
			default: false,
			description:
				'Whether to output URLs with their query strings. They may contain tokens of other systems, which n8n would store with the execution.',
		},
	],
};

const REASONS = {
	'not-a-url': 'is not an address',
	'not-https': 'does not start with https://',
	'not-public': 'is an internal address',
} as const;

/**
 * The address to register, where the gateway could deliver to it. Judged as the triggers judge their
 * own: gateways that mostly run in n8n's network may deliver to any address in it.
 *
 * @throws {Error} that says what to do
 */
function readWebhookUrl(
	url: string,
	{ label, publicHttpsOnly }: Pick<WebhookGateway, 'label' | 'publicHttpsOnly'>,
): string {
	if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
		throw new Error(
			"'Webhook URL' is not a valid URL. Enter a URL such as https://n8n.example.com/webhook/1b9d6bcd.",
		);
	}
	const why = publicHttpsOnly ? whyNotPublicHttps(url) : undefined;
	if (why === undefined) return url;
	throw new Error(
		`${label} delivers only to public HTTPS addresses, and 'Webhook URL' ${REASONS[why]}. Use the public URL of n8n, which is set with WEBHOOK_URL.`,
	);
}

/**
 * What may keep a gateway from delivering to an address, in words for the user.
 *
 * @param gatewayUrl address of the gateway's API, as n8n reaches it
 * @returns undefined where nothing speaks against it
 */
export function webhookUrlHint(url: string, gatewayUrl: string): string | undefined {
	if (!URL.canParse(url) || !URL.canParse(gatewayUrl)) return undefined;
	const { hostname, pathname } = new URL(url);
	if (pathname.includes('/webhook-test/')) {
		return "'Webhook URL' is a test URL, which only works while you listen for a test event. Use the Production URL.";
	}
	if (isLoopback(hostname) && !isLoopback(new URL(gatewayUrl).hostname)) {
		return `'Webhook URL' points to ${hostname}, which for the gateway is its own machine or container. Use a URL of n8n that the gateway can reach.`;
	}
	if (whyNotPublicHttps(url) === 'not-public' && isPublic(gatewayUrl)) {
		return `'Webhook URL' is an internal address, but the gateway has a public one. Check that the gateway can reach ${hostname}.`;
	}
	return undefined;
}

function isPublic(url: string): boolean {
	return whyNotPublicHttps(url) !== 'not-public';
}

function isLoopback(hostname: string): boolean {
	return /^(localhost|127\.[\d.]+|\[::1\])$/i.test(hostname);
}
