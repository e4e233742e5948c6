import type { INodeProperties } from 'n8n-workflow';

const EVERY_OPTION: INodeProperties[] = [
	{
		displayName: 'Concurrency',
		name: 'concurrency',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 500 },
		default: 50,
		description: 'How many deliveries are under way at once',
	},
	{
		displayName: 'Concurrency per Host',
		name: 'concurrencyPerHost',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 10,
		description: 'How many of them may go to the same host and port',
	},
	{
		displayName: 'Disable After (Days)',
		name: 'disableAfterDays',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 5,
		description:
			'A subscriber of the registry to which every delivery failed for so long gets nothing more, until it is resumed. 0: never.',
	},
	{
		displayName: 'Failures Until a Host Rests',
		name: 'circuitThreshold',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 10,
		description:
			'After so many failed deliveries in a row to one host, the others to it leave by Retry Later without a request',
	},
	{
		displayName: 'Jitter (%)',
		name: 'jitter',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 50 },
		default: 10,
		description:
			'By how much the waits of the retry schedule vary, so that retries do not all come at once',
	},
	{
		displayName: 'Retry Schedule',
		name: 'retrySchedule',
		type: 'string',
		default: '5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h',
		description:
			'Waits before the second, third, … attempt, in s, m, h or d. After the last one a delivery is given up. Waits of less than 75 seconds become 75: n8n would lose shorter ones when it is shut down.',
	},
	{
		displayName: 'Retry Within (Seconds)',
		name: 'retryWithin',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 300 },
		default: 5,
		description:
			'Short faults are tried again inside the node for so long, before a delivery leaves by Retry Later, for 75 seconds or more. 0: one request for each attempt.',
	},
	{
		displayName: 'Sign With Private Key Too',
		name: 'signAsymmetric',
		type: 'boolean',
		default: false,
		description:
			"Whether to add an Ed25519 signature (v1a), made with 'Private Key' of the credential Standard Webhooks API",
	},
	{
		displayName: 'Source',
		name: 'source',
		type: 'string',
		default: '',
		placeholder: 'e.g. /my-shop',
		description:
			"Where events come from that do not say it themselves. Empty: '/n8n/' and the ID of the workflow.",
	},
	{
		displayName: 'Timeout (Seconds)',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 0.1, maxValue: 120 },
		default: 15,
		description: 'How long one request may take until its answer is there',
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
