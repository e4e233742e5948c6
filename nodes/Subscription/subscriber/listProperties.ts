import type { INodeProperties } from 'n8n-workflow';

const show = { resource: ['subscriber'], operation: ['getAll'] };

/** Parameters of Get Many. */
export const listProperties: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
		displayOptions: { show },
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { ...show, returnAll: [false] } },
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		displayOptions: { show },
		options: [
			{
				displayName: 'Active',
				name: 'active',
				type: 'boolean',
				default: true,
				description: 'Whether to list those that get deliveries, or those that get none',
			},
			{
				displayName: 'Event Type',
				name: 'eventType',
				type: 'string',
				default: '',
				placeholder: 'e.g. yape.payment.received',
				description: 'Those that want events of this type',
			},
			{
				displayName: 'Failing',
				name: 'failing',
				type: 'boolean',
				default: true,
				description:
					'Whether to list those whose last delivery failed, or those for whom it did not',
			},
			{
				displayName: 'URL Contains',
				name: 'urlContains',
				type: 'string',
				default: '',
				placeholder: 'e.g. shop.example',
				description: 'Those that have this text in their address, in any case',
			},
		],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: { show },
		options: [
			{
				displayName: 'Include Bad Rows',
				name: 'badRows',
				type: 'boolean',
				default: true,
				description:
					"Whether rows of the table that cannot be used come out behind the subscribers, as items with a 'problem'",
			},
		],
	},
];

/** What can be done with a subscriber. */
export const operationProperty: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	default: 'getAll',
	displayOptions: { show: { resource: ['subscriber'] } },
	options: [
		{
			name: 'Create',
			value: 'create',
			description: 'Add a subscriber and show its new secret, this once',
			action: 'Create a subscriber',
		},
		{
			name: 'Create or Update',
			value: 'createOrUpdate',
			description: 'Add a subscriber, or change the one that has the same ID or URL',
			action: 'Create or update a subscriber',
		},
		{
			name: 'Delete',
			value: 'delete',
			description: 'Delete a subscriber for good',
			action: 'Delete a subscriber',
		},
		{
			name: 'Get',
			value: 'get',
			description: 'Get one subscriber',
			action: 'Get a subscriber',
		},
		{
			name: 'Get Many',
			value: 'getAll',
			description: 'List subscribers, and the rows of the table that cannot be used',
			action: 'Get many subscribers',
		},
		{
			name: 'Pause',
			value: 'pause',
			description: 'Deliver nothing more to a subscriber until it is resumed',
			action: 'Pause a subscriber',
		},
		{
			name: 'Resume',
			value: 'resume',
			description: 'Deliver again to a subscriber that was paused or disabled',
			action: 'Resume a subscriber',
		},
		{
			name: 'Rotate Secret',
			value: 'rotateSecret',
			description: 'Make a new secret and show it, this once',
			action: 'Rotate the secret of a subscriber',
		},
		{
			name: 'Send Test Event',
			value: 'sendTestEvent',
			description: 'Deliver a signed event of type webhook.test now',
			action: 'Send a test event to a subscriber',
		},
		{
			name: 'Update',
			value: 'update',
			description: 'Change a subscriber',
			action: 'Update a subscriber',
		},
	],
};
