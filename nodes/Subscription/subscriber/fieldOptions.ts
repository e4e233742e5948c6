import type { INodeProperties } from 'n8n-workflow';

/** Fields of a subscriber that may be left out, for collections. */

export const activeField: INodeProperties = {
	displayName: 'Active',
	name: 'active',
	type: 'boolean',
	default: true,
	description: 'Whether to deliver events to it. New subscribers are active by default.',
};

export const contentTypeField: INodeProperties = {
	displayName: 'Content Type',
	name: 'contentType',
	type: 'options',
	default: 'application/cloudevents+json',
	description:
		"The content-type header for CloudEvents. Choose plain JSON for receivers that don't know CloudEvents, such as n8n's Webhook node, which otherwise reads the body as a file.",
	options: [
		{
			name: 'Application/cloudevents+json',
			value: 'application/cloudevents+json',
			description: 'The content type of CloudEvents 1.0',
		},
		{
			name: 'Application/json',
			value: 'application/json',
			description: "For n8n's Webhook node and other receivers that only read plain JSON",
		},
	],
};

export const filterField: INodeProperties = {
	displayName: 'Filter',
	name: 'filter',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. {"data.status": ["paid", "sent"]}',
	description:
		'A JSON object of conditions for the event data. Each key is a path with dots. Each value is a single value (with * for any text), a list of allowed values, or an object with gt, gte, lt, lte, ne or exists. Use {} for no filter.',
};

export const headersField: INodeProperties = {
	displayName: 'Headers',
	name: 'headers',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add Header',
	default: {},
	description:
		'Headers to send with each delivery. They replace all existing ones. They are stored encrypted, and the output only shows their names.',
	options: [
		{
			displayName: 'Header',
			name: 'header',
			values: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. Authorization',
					description: 'The header name',
				},
				{
					displayName: 'Value',
					name: 'value',
					type: 'string',
					typeOptions: { password: true },
					default: '',
					description: 'The header value',
				},
			],
		},
	],
};

export const rateLimitField: INodeProperties = {
	displayName: 'Rate Limit',
	name: 'rateLimit',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 0,
	description:
		'Max number of deliveries per second. 0 means no limit, 0.5 means one every two seconds.',
};

export const secretField: INodeProperties = {
	displayName: 'Secret',
	name: 'secret',
	type: 'string',
	typeOptions: { password: true },
	default: '',
	placeholder: 'whsec_…',
	description:
		'A signing secret that the subscriber already has: whsec_ followed by 24 to 64 bytes in base64. Leave empty to generate one.',
};

export const newIdField: INodeProperties = {
	displayName: 'Subscriber ID',
	name: 'subscriberId',
	type: 'string',
	default: '',
	placeholder: 'e.g. customer-42',
	description: 'Your own unique ID for the subscriber. Leave empty to generate one.',
	displayOptions: { show: { '/operation': ['create'] } },
};

export const eventsField: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'string',
	default: '',
	placeholder: 'e.g. whatsapp.message.*, yape.payment.received',
	description:
		'The types of the events that it gets, separated by commas. Use * for any text. The first part of a type is optional.',
};

export const urlField: INodeProperties = {
	displayName: 'URL',
	name: 'url',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://shop.example/webhooks',
	description: 'The public https URL that events are sent to with POST',
};
