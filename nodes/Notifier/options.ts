import type { INodeProperties } from 'n8n-workflow';

const EVERY_OPTION: INodeProperties[] = [
	{
		displayName: 'Concurrency',
		name: 'concurrency',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 500 },
		default: 50,
		description: 'Max number of deliveries at the same time',
	},
	{
		displayName: 'Concurrency per Host',
		name: 'concurrencyPerHost',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 10,
		description: 'Max number of deliveries to the same host and port at the same time',
	},
	{
		displayName: 'Disable After (Days)',
		name: 'disableAfterDays',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 5,
		description:
			'Disable a subscriber after all its deliveries have failed for this many days. It stays disabled until you resume it. Set to 0 to never disable.',
	},
	{
		displayName: 'Failures Until Host Pause',
		name: 'circuitThreshold',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 10,
		description:
			'After this many failed deliveries in a row to one host, its other deliveries go to Retry Later without a request',
	},
	{
		displayName: 'Jitter (%)',
		name: 'jitter',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 50 },
		default: 10,
		description:
			"Random variation of the waits in the retry schedule, so that retries don't all happen at once",
	},
	{
		displayName: 'Retry Schedule',
		name: 'retrySchedule',
		type: 'string',
		default: '5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h',
		description:
			'Waits before the second, third, … attempt, in s, m, h or d. After the last attempt, the delivery goes to Gave Up. Waits below 75 seconds become 75, because n8n loses shorter ones when it shuts down.',
	},
	{
		displayName: 'Retry Within (Seconds)',
		name: 'retryWithin',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 300 },
		default: 5,
		description:
			'How long to retry temporary failures inside the node before a delivery goes to Retry Later for 75 seconds or more. Set to 0 to send one request per attempt.',
	},
	{
		displayName: 'Sign With Private Key Too',
		name: 'signAsymmetric',
		type: 'boolean',
		default: false,
		description:
			"Whether to add an Ed25519 signature (v1a), made with 'Private Key' from the credential Standard Webhooks API",
	},
	{
		displayName: 'Source',
		name: 'source',
		type: 'string',
		default: '',
		placeholder: 'e.g. /my-shop',
		description:
			"The source to use for events without one. Leave empty to use '/n8n/' and the workflow ID.",
	},
	{
		displayName: 'Timeout (Seconds)',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 0.1, maxValue: 120 },
		default: 15,
		description: 'How long to wait for the response to one request',
	},
];

/** The collection `options`, in alphabetical order. */
export function notifierOptions(guardOptions: readonly INodeProperties[]): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [...guardOptions, ...EVERY_OPTION].sort((a, b) =>
			a.displayName < b.displayName ? -1 : 1,
		),
	};
}
