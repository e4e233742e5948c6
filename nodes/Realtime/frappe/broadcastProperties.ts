import type { INodeProperties } from 'n8n-workflow';

const shown = { transport: ['frappe'] };
const displayOptions = { show: shown };
const forRoom = (...room: string[]) => ({ show: { ...shown, room } });

/** Seconds. A method may do some work; a web server in front gives up after a minute or two. */
export const DEFAULT_METHOD_SECONDS = 30;

/** Who gets an event on a Frappe site, and how it gets there. */
export const frappeTarget: INodeProperties[] = [
	{
		displayName: 'Through',
		name: 'through',
		type: 'options',
		noDataExpression: true,
		default: 'redis',
		description: 'How the event reaches Frappe, whose clients cannot broadcast by themselves',
		displayOptions,
		options: [
			{
				name: 'Method of an App',
				value: 'method',
				description: 'A whitelisted method or server script that calls frappe.publish_realtime',
			},
			{ name: 'Redis', value: 'redis', description: 'The Redis of the bench, if n8n reaches it' },
		],
	},
	{
		displayName: 'Method',
		name: 'method',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. my_app.api.publish',
		description: 'Name of the whitelisted method, called with POST',
		displayOptions: { show: { ...shown, through: ['method'] } },
	},
	{
		displayName: 'Arguments',
		name: 'methodArguments',
		type: 'options',
		default: 'eventAndMessage',
		description: 'What the method is called with',
		displayOptions: { show: { ...shown, through: ['method'] } },
		options: [
			{
				name: 'Event and Message',
				value: 'eventAndMessage',
				description: 'Arguments event, message and room, like those of frappe.publish_realtime',
			},
			{
				name: 'Payload Only',
				value: 'payload',
				description: 'The fields of the payload are the arguments; the event is not sent',
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
			'Name of the site as Frappe knows it. With a method, leave it empty if it is the host name of the URL in the credential.',
		displayOptions,
	},
	{
		displayName: 'Room',
		name: 'room',
		type: 'options',
		default: 'all',
		description: "Which of the site's clients get the event",
		displayOptions,
		options: [
			{ name: 'All Desk Users', value: 'all', description: 'Every connected System User' },
			{ name: 'Custom', value: 'custom', description: 'A room that an app has made' },
			{ name: 'Doctype', value: 'doctype', description: 'Who has a list of it open' },
			{ name: 'Document', value: 'document', description: 'Who has it open' },
			{ name: 'Everybody', value: 'website', description: 'Visitors of the website too' },
			{ name: 'Task', value: 'task', description: 'Who follows the progress of a task' },
			{ name: 'User', value: 'user', description: 'One user, wherever connected' },
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
					'Whether the site has a Frappe whose realtime service knows no namespaces. If it is set wrongly, Redis takes the event and no client gets it.',
				displayOptions: { show: { '/through': ['redis'] } },
			},
			{
				displayName: 'Request Timeout',
				name: 'requestTimeout',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 3600 },
				default: DEFAULT_METHOD_SECONDS,
				description: 'How many seconds to wait for the answer of the method',
				displayOptions: { show: { '/through': ['method'] } },
			},
		],
	},
];
