import type { INodeProperties } from 'n8n-workflow';
import { dataTableProperty } from '../shared/n8nApi/subscriberRegistry';

const inList = { subscribersFrom: ['list'] };
const inRegistry = { subscribersFrom: ['registry'] };

/** What the node asks for besides its options. */
export const notifierProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'send',
		options: [
			{
				name: 'Resend',
				value: 'resend',
				description: 'Deliver past events again, such as the ones from Event History',
				action: 'Resend events to subscribers',
			},
			{
				name: 'Send',
				value: 'send',
				description: 'Deliver each event to all active subscribers that want it',
				action: 'Send events to subscribers',
			},
		],
	},
	{
		displayName: 'Subscribers From',
		name: 'subscribersFrom',
		type: 'options',
		noDataExpression: true,
		default: 'registry',
		description: 'Where to read the subscribers from',
		options: [
			{
				name: 'List',
				value: 'list',
				description: 'A list in this workflow, such as the items of another node',
			},
			{
				name: 'Registry',
				value: 'registry',
				description: 'The data table that the Webhook Subscription node manages',
			},
		],
	},
	{ ...dataTableProperty, displayOptions: { show: inRegistry } },
	{
		displayName: 'Subscribers',
		name: 'subscribers',
		type: 'json',
		required: true,
		default: '={{ $json.subscribers }}',
		placeholder: "e.g. ={{ $('Subscribers').all().map((item) => item.json) }}",
		// The names of fields: n8n's lint wants other letters for them in a description.
		hint: 'Each subscriber is an object with url, and optionally id, events, secret, headers, filter, rateLimit and contentType',
		description:
			'A list of subscribers. When a delivery is retried later, its subscriber is looked up here again by ID, so use the output of a node that still runs then. Subscribers without a secret of their own get deliveries signed with the credential.',
		displayOptions: { show: inList },
	},
	{
		displayName: 'Subscriber IDs',
		name: 'subscriberIds',
		type: 'string',
		default: '',
		placeholder: 'e.g. sub_4f…, sub_9a…',
		description:
			'The subscribers to deliver to. Separate IDs with commas, or use an expression that returns a list. Leave empty to deliver to all active subscribers that want the event.',
		displayOptions: { show: { operation: ['resend'] } },
	},
	{
		displayName: 'Body',
		name: 'body',
		type: 'options',
		default: 'cloudEvent',
		description:
			"The request body. n8n's Webhook node reads a CloudEvent as a file, unless the 'Content Type' of the subscriber is plain JSON.",
		options: [
			{
				name: 'CloudEvent',
				value: 'cloudEvent',
				description: 'The whole event as a CloudEvents 1.0 JSON object',
			},
			{
				name: 'Event and Payload',
				value: 'eventAndPayload',
				description: '{"event": type, "payload": data}',
			},
			{ name: 'Item', value: 'item', description: 'The JSON of the input item, unchanged' },
		],
	},
];
