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
	description: "The ID of the subscriber, as the output of 'Create' or 'Get Many' shows it",
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
		description: 'What a subscriber that exists is recognised by',
		displayOptions: { show: { resource, operation: ['createOrUpdate'] } },
		options: [
			{ name: 'Subscriber ID', value: 'id', description: 'An ID of your own' },
			{ name: 'URL', value: 'url', description: 'The address; the first one counts' },
		],
	},
	{ ...subscriberId, displayOptions: { show: { resource, operation: onOne } } },
	{
		...subscriberId,
		description: 'An ID of your own, such as that of the customer in your system',
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
			'How long deliveries are signed with the secret before too, so that the subscriber can change over',
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
		description: 'What is to be changed; everything else stays',
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
