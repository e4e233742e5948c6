import type { INodeProperties } from 'n8n-workflow';
import { NOT_FOR_AGENTS } from '../../shared/asTool';

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
				description: 'Whether to return active subscribers (on) or inactive ones (off)',
			},
			{
				displayName: 'Event Type',
				name: 'eventType',
				type: 'string',
				default: '',
				placeholder: 'e.g. yape.payment.received',
				description: 'Only return subscribers that want events of this type',
			},
			{
				displayName: 'Failing',
				name: 'failing',
				type: 'boolean',
				default: true,
				description:
					'Whether to return subscribers whose last delivery failed (on) or succeeded (off)',
			},
			{
				displayName: 'URL Contains',
				name: 'urlContains',
				type: 'string',
				default: '',
				placeholder: 'e.g. shop.example',
				description: 'Only return subscribers whose URL contains this text. Not case-sensitive.',
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
				displayName: 'Include Invalid Rows',
				name: 'badRows',
				type: 'boolean',
				default: true,
				description:
					"Whether to also return rows of the table that can't be used, as items with a 'problem'",
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
			description: 'Add a subscriber and output its new secret once',
			action: 'Create a subscriber',
		},
		{
			name: 'Create or Update',
			value: 'createOrUpdate',
			description: 'Add a subscriber, or update the one with the same ID or URL',
			action: 'Create or update a subscriber',
		},
		{
			name: 'Delete',
			value: 'delete',
			description: 'Permanently delete a subscriber',
			action: 'Delete a subscriber',
			displayOptions: NOT_FOR_AGENTS,
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
			description: 'Get the subscribers that match the filters',
			action: 'Get many subscribers',
		},
		{
			name: 'Pause',
			value: 'pause',
			description: 'Stop deliveries to a subscriber until you resume it',
			action: 'Pause a subscriber',
		},
		{
			name: 'Resume',
			value: 'resume',
			description: 'Restart deliveries to a subscriber that was paused or disabled',
			action: 'Resume a subscriber',
		},
		{
			name: 'Rotate Secret',
			value: 'rotateSecret',
			description: 'Create a new secret and output it once',
			action: 'Rotate the secret of a subscriber',
		},
		{
			name: 'Send Test Event',
			value: 'sendTestEvent',
			description: 'Send a signed event of the type webhook.test now',
			action: 'Send a test event to a subscriber',
		},
		{
			name: 'Update',
			value: 'update',
			description: 'Change fields of a subscriber',
			action: 'Update a subscriber',
		},
	],
};
