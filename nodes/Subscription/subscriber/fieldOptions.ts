import type { INodeProperties } from 'n8n-workflow';

/** Fields of a subscriber that may be left out, for collections. */

export const activeField: INodeProperties = {
	displayName: 'Active',
	name: 'active',
	type: 'boolean',
	default: true,
	description:
		'Whether events are delivered to it. Without this field, a new subscriber is active, and of one that exists it stays as it is.',
};

export const contentTypeField: INodeProperties = {
	displayName: 'Content Type',
	name: 'contentType',
	type: 'options',
	default: 'application/cloudevents+json',
	description:
		"What a CloudEvent is called in the header content-type. Receivers that know no CloudEvents read it as JSON only where it is called so; n8n's own Webhook node takes it for a file otherwise.",
	options: [
		{
			name: 'Application/cloudevents+json',
			value: 'application/cloudevents+json',
			description: 'By its own name, as CloudEvents 1.0 say',
		},
		{
			name: 'Application/json',
			value: 'application/json',
			description: "For n8n's own Webhook node, and others that read plain JSON only",
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
		'JSON that says what of an event must fit besides its type, by dotted path: a value (* in a text stands for any text), a list of which one fits, or {"gt", "gte", "lt", "lte", "ne", "exists"}. {} for no filter.',
};

export const headersField: INodeProperties = {
	displayName: 'Headers',
	name: 'headers',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add Header',
	default: {},
	description:
		'Headers that go with each delivery, in the place of those there were. They are stored encrypted, and the output shows their names only.',
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
					description: 'Name of the header',
				},
				{
					displayName: 'Value',
					name: 'value',
					type: 'string',
					typeOptions: { password: true },
					default: '',
					description: 'Content of the header',
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
	description: 'Deliveries a second at most; 0 for no limit, 0.5 for one every two seconds',
};

export const secretField: INodeProperties = {
	displayName: 'Secret',
	name: 'secret',
	type: 'string',
	typeOptions: { password: true },
	default: '',
	placeholder: 'whsec_…',
	description:
		'A signing secret that the subscriber already has: whsec_ and 24 to 64 bytes in base64. Empty: one is made.',
};

export const newIdField: INodeProperties = {
	displayName: 'Subscriber ID',
	name: 'subscriberId',
	type: 'string',
	default: '',
	placeholder: 'e.g. customer-42',
	description: 'An ID of your own, which no other subscriber has. Empty: one is made.',
	displayOptions: { show: { '/operation': ['create'] } },
};

export const eventsField: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'string',
	default: '',
	placeholder: 'e.g. whatsapp.message.*, yape.payment.received',
	description:
		'Types of the events that it gets, separated by commas. * stands for any text; the first part of a type may be left out.',
};

export const urlField: INodeProperties = {
	displayName: 'URL',
	name: 'url',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://shop.example/webhooks',
	description: 'Address that events are POSTed to: https, and public',
};
