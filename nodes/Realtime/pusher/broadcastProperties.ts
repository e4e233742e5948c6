import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

const show = { transport: ['pusher'] };
const sending = { show: { ...show, operation: ['send'] } };

/** Operations that read instead of sending. */
export const READING_OPERATIONS = ['getChannel', 'getChannels', 'getPresenceMembers'] as const;

/** Seconds. Within it, a working server has long answered. */
export const DEFAULT_LIMIT_SECONDS = 10;

/** Seconds where the server may have to ask its other nodes: Reverb behind Redis gives them 10. */
export const GATHER_LIMIT_SECONDS = 15;

/** What is done at a Pusher server. */
export const pusherOperations: INodePropertyOptions[] = [
	{
		name: 'Get Channel',
		value: 'getChannel',
		description: 'Check whether a channel has subscribers, and how many',
		action: 'Get a channel of Laravel Reverb or Pusher',
	},
	{
		name: 'Get Channels',
		value: 'getChannels',
		description: 'Get all channels that have subscribers',
		action: 'Get the channels of Laravel Reverb or Pusher',
	},
	{
		name: 'Get Presence Members',
		value: 'getPresenceMembers',
		description: 'Get the users in a presence channel',
		action: 'Get the presence members of a Laravel Reverb or Pusher channel',
	},
	{
		name: 'Send',
		value: 'send',
		description: 'Send each item as an event',
		action: 'Send an event to Laravel Reverb or Pusher',
	},
];

/** What is done at a Pusher server, and where. */
export const pusherTarget: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'send',
		displayOptions: { show },
		options: pusherOperations,
	},
	{
		displayName: 'Channels',
		name: 'channels',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. orders, private-commerce.5',
		description:
			'The channel names. Separate them with commas, or use an expression that returns a list.',
		displayOptions: sending,
	},
	{
		displayName: 'Channel',
		name: 'channel',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. presence-room',
		displayOptions: { show: { ...show, operation: ['getChannel', 'getPresenceMembers'] } },
	},
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
		displayOptions: { show: { ...show, operation: ['getChannels', 'getPresenceMembers'] } },
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: {
			show: { ...show, operation: ['getChannels', 'getPresenceMembers'], returnAll: [false] },
		},
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		displayOptions: { show: { ...show, operation: ['getChannels'] } },
		options: [
			{
				displayName: 'Prefix',
				name: 'prefix',
				type: 'string',
				default: '',
				placeholder: 'e.g. presence-',
				description: 'Only return channels whose name starts with this text',
			},
		],
	},
];

/** How an event is sent to a Pusher server, or what is read of a channel. */
export const pusherDelivery: INodeProperties[] = [
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: sending,
		options: [
			{
				displayName: 'Report Subscriptions',
				name: 'reportSubscriptions',
				type: 'boolean',
				default: false,
				description:
					'Whether to include the number of subscriptions of each channel in the output. Works with Reverb, and with Pusher if its app counts subscriptions.',
			},
			{
				displayName: 'Request Timeout',
				name: 'requestTimeout',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 3600 },
				default: DEFAULT_LIMIT_SECONDS,
				description:
					'How many seconds to wait for the response to one request. Without this option: 10, or 15 if subscriptions are reported.',
			},
			{
				displayName: 'Size Limit (Bytes)',
				name: 'sizeLimit',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 10000,
				description:
					"The server's limit, if it differs from the default: bytes of one event's data, or of the whole request for Reverb (max_request_size)",
			},
			{
				displayName: 'Socket ID to Exclude',
				name: 'socketId',
				type: 'string',
				default: '',
				placeholder: 'e.g. 123.456',
				description:
					'The connection that does not get the event, such as the client that caused it',
			},
		],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: { show: { ...show, operation: [...READING_OPERATIONS] } },
		options: [
			{
				displayName: 'Attributes',
				name: 'attributes',
				type: 'multiOptions',
				default: [],
				description:
					'The values to return. Pusher counts subscriptions only if this is enabled for the app, and users only for presence channels.',
				displayOptions: { show: { '/operation': ['getChannel', 'getChannels'] } },
				options: [
					{ name: 'Subscription Count', value: 'subscription_count' },
					{ name: 'User Count', value: 'user_count' },
				],
			},
			{
				displayName: 'Request Timeout',
				name: 'requestTimeout',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 3600 },
				default: GATHER_LIMIT_SECONDS,
				description: 'How many seconds to wait for the response to one request',
			},
		],
	},
];
