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
				description: 'Deliver events again, such as those of the node Event History',
				action: 'Resend events to subscribers',
			},
			{
				name: 'Send',
				value: 'send',
				description: 'Deliver each event to every active subscriber that wants it',
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
		description: 'Where the subscribers are',
		options: [
			{
				name: 'List',
				value: 'list',
				description: 'A list that this workflow has, such as the items of another node',
			},
			{
				name: 'Registry',
				value: 'registry',
				description: "The data table that the node 'Webhook Subscription' keeps",
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
		description:
			"List of {ID, URL, events, secret, headers, filter, rateLimit, contentType}; only 'URL' must be there. A delivery that comes back after its wait looks its subscriber up here by its ID, so take the list from a node that is still there then. Without a secret of its own a subscriber's deliveries are signed with the credential.",
		displayOptions: { show: inList },
	},
	{
		displayName: 'Subscriber IDs',
		name: 'subscriberIds',
		type: 'string',
		default: '',
		placeholder: 'e.g. sub_4f…, sub_9a…',
		description:
			'Whom to deliver to, separated by commas, or a list by an expression. Empty: every active subscriber that wants the event.',
		displayOptions: { show: { operation: ['resend'] } },
	},
	{
		displayName: 'Body',
		name: 'body',
		type: 'options',
		default: 'cloudEvent',
		description:
			"What is POSTed. A CloudEvent goes as 'application/cloudevents+JSON', which n8n's own Webhook node takes for a file: a subscriber with the 'Content Type' application/JSON gets the same body as JSON.",
		options: [
			{
				name: 'CloudEvent',
				value: 'cloudEvent',
				description: 'The whole event as CloudEvents 1.0 in structured JSON',
			},
			{
				name: 'Event and Payload',
				value: 'eventAndPayload',
				description: '{"event": type, "payload": data}',
			},
			{ name: 'Item', value: 'item', description: "The item's own JSON, as it came in" },
		],
	},
];
