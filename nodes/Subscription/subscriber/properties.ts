import type { INodeProperties } from 'n8n-workflow';
import {
	allowHttpOption,
	allowedPrivateAddressesOption,
} from '../../shared/egress/nodeAddressGuard';
import { dataTableProperty } from '../../shared/n8nApi/subscriberRegistry';
import {
	activeField,
	contentTypeField,
	eventsField,
	filterField,
	headersField,
	newIdField,
	rateLimitField,
	secretField,
	urlField,
} from './fieldOptions';
import { listProperties, operationProperty } from './listProperties';

const resource = ['subscriber'];
const onOne = ['delete', 'get', 'pause', 'resume', 'rotateSecret', 'sendTestEvent', 'update'];
const saving = { show: { resource, operation: ['create', 'createOrUpdate'] } };

const subscriberId: INodeProperties = {
	displayName: 'Subscriber ID',
	name: 'subscriberId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. customer-42',
	description: "The ID of the subscriber, from the output of 'Create' or 'Get Many'",
};

/** Parameters of the resource Subscriber. */
export const subscriberProperties: INodeProperties[] = [
	operationProperty,
	{ ...dataTableProperty, displayOptions: { show: { resource } } },
	{
		displayName: 'Match By',
		name: 'matchBy',
		type: 'options',
		noDataExpression: true,
		default: 'url',
		description: 'How to find an existing subscriber',
		displayOptions: { show: { resource, operation: ['createOrUpdate'] } },
		options: [
			{ name: 'Subscriber ID', value: 'id', description: 'Your own ID for the subscriber' },
			{
				name: 'URL',
				value: 'url',
				description: 'The URL. If several subscribers have it, the first one is updated.',
			},
		],
	},
	{ ...subscriberId, displayOptions: { show: { resource, operation: onOne } } },
	{
		...subscriberId,
		description: 'Your own ID for the subscriber, such as the customer ID in your system',
		displayOptions: { show: { resource, operation: ['createOrUpdate'], matchBy: ['id'] } },
	},
	{ ...urlField, required: true, displayOptions: saving },
	{ ...eventsField, required: true, displayOptions: saving },
	{
		displayName: 'Grace Period (Hours)',
		name: 'gracePeriod',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 8760 },
		default: 24,
		description:
			'How long to also sign deliveries with the previous secret, so that the subscriber has time to switch',
		displayOptions: { show: { resource, operation: ['rotateSecret'] } },
	},
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: saving,
		options: [
			activeField,
			contentTypeField,
			filterField,
			headersField,
			rateLimitField,
			secretField,
			newIdField,
		],
	},
	{
		displayName: 'Update Fields',
		name: 'updateFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		description: 'The fields to change. All others stay as they are.',
		displayOptions: { show: { resource, operation: ['update'] } },
		options: [contentTypeField, eventsField, filterField, headersField, rateLimitField, urlField],
	},
	...listProperties,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: {
			show: {
				resource,
				operation: ['create', 'createOrUpdate', 'resume', 'sendTestEvent', 'update'],
			},
		},
		options: [allowHttpOption, allowedPrivateAddressesOption],
	},
];
