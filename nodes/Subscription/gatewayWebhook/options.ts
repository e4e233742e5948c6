import type { INodeProperties } from 'n8n-workflow';

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
			description: 'How many sessions are asked at the same time',
		},
		{
			displayName: 'Former URLs',
			name: 'formerUrls',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://old-n8n.example.com/*',
			displayOptions: { show: { '/operation': ['register'] } },
			description:
				'Own earlier addresses, separated by commas, where * stands for any text. The new webhook takes the place of one of these; others stay protected.',
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
			description:
				"In the gateway's own words, separated by commas. They count instead of 'Events'.",
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
				"Whether a webhook that somebody else registered is replaced. The session has place for one only. Its secret can't be given back afterwards.",
		},
		{
			displayName: 'Show Query Strings',
			name: 'showQuery',
			type: 'boolean',
			default: false,
			description:
				'Whether URLs come out with their query strings. These may hold tokens of other systems, which n8n would store with the execution.',
		},
	],
};
