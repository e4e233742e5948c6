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
