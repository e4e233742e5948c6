import type { INodeProperties } from 'n8n-workflow';

const shown = { transport: ['frappe'] };
const displayOptions = { show: shown };
const forRoom = (...room: string[]) => ({ show: { ...shown, room } });

/** Seconds. A method may do some work; a web server in front gives up after a minute or two. */
export const DEFAULT_METHOD_SECONDS = 30;

/** Who gets an event on a Frappe site, and how it gets there. */
export const frappeTarget: INodeProperties[] = [
	{
		displayName: 'Send Via',
		name: 'through',
		type: 'options',
		noDataExpression: true,
		default: 'redis',
		description: "How the event reaches Frappe. Frappe clients can't broadcast by themselves.",
		displayOptions,
		options: [
			{
				name: 'App Method',
				value: 'method',
				description: 'A whitelisted method or server script that calls frappe.publish_realtime',
			},
			{
				name: 'Redis',
				value: 'redis',
				description: 'The Redis server of the bench, if n8n can reach it',
			},
		],
	},
	{
		displayName: 'Method',
		name: 'method',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. my_app.api.publish',
		description: 'The name of the whitelisted method, called with POST',
		displayOptions: { show: { ...shown, through: ['method'] } },
	},
	{
		displayName: 'Arguments',
		name: 'methodArguments',
		type: 'options',
		default: 'eventAndMessage',
		description: 'The arguments to call the method with',
		displayOptions: { show: { ...shown, through: ['method'] } },
		options: [
			{
				name: 'Event and Message',
				value: 'eventAndMessage',
				description: 'The arguments event, message and room, as in frappe.publish_realtime',
			},
			{
				name: 'Payload Only',
				value: 'payload',
				description: 'The payload fields become the arguments. The event name is not sent.',
			},
		],
	},
	{
		displayName: 'Site',
		name: 'site',
		type: 'string',
		default: '',
		placeholder: 'e.g. erp.example.com',
		description:
			'The name of the site in Frappe. If you call a method, leave empty to use the host name of the URL in the credential.',
		displayOptions,
	},
	{
		displayName: 'Room',
		name: 'room',
		type: 'options',
		default: 'all',
		description: 'The clients of the site that get the event',
		displayOptions,
		options: [
			{ name: 'All Desk Users', value: 'all', description: 'All connected System Users' },
			{ name: 'Custom', value: 'custom', description: 'A room created by an app' },
			{
				name: 'Doctype',
				value: 'doctype',
				description: 'Users who have a list of the doctype open',
			},
			{ name: 'Document', value: 'document', description: 'Users who have the document open' },
			{ name: 'Everybody', value: 'website', description: 'Everyone, including website visitors' },
			{ name: 'Task', value: 'task', description: 'Users who follow the progress of a task' },
			{ name: 'User', value: 'user', description: 'One user on all devices' },
		],
	},
	{
		displayName: 'User',
		name: 'roomUser',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. ana@example.com',
		displayOptions: forRoom('user'),
	},
	{
		displayName: 'Doctype',
		name: 'roomDoctype',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. Sales Order',
		displayOptions: forRoom('doctype', 'document'),
	},
	{
		displayName: 'Document',
		name: 'roomDocument',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. SO-0001',
		displayOptions: forRoom('document'),
	},
	{
		displayName: 'Task ID',
		name: 'roomTask',
		type: 'string',
		required: true,
		default: '',
		displayOptions: forRoom('task'),
	},
	{
		displayName: 'Room Name',
		name: 'roomName',
		type: 'string',
		required: true,
		default: '',
		displayOptions: forRoom('custom'),
	},
];

/** How an event is sent. */
export const frappeDelivery: INodeProperties[] = [
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions,
		options: [
			{
				displayName: 'Frappe 14 or Older',
				name: 'olderFrappe',
				type: 'boolean',
				default: false,
				description:
					'Whether the site runs Frappe 14 or older, whose realtime service has no namespaces. If this is wrong, Redis accepts the event but no client gets it.',
				displayOptions: { show: { '/through': ['redis'] } },
			},
			{
				displayName: 'Request Timeout',
				name: 'requestTimeout',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 3600 },
				default: DEFAULT_METHOD_SECONDS,
				description: 'How many seconds to wait for the response of the method',
				displayOptions: { show: { '/through': ['method'] } },
			},
		],
	},
];
