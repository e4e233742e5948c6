import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

/** Statuses of executions, as n8n names them and shows them. */
const STATUSES: INodePropertyOptions[] = [
	{ name: 'Canceled', value: 'canceled', description: 'Somebody stopped it' },
	{ name: 'Crashed', value: 'crashed', description: 'N8n itself ended while it ran' },
	{ name: 'Error', value: 'error', description: 'A node failed' },
	{ name: 'Queued', value: 'new', description: 'It waits for its turn' },
	{ name: 'Running', value: 'running', description: 'It has not ended yet' },
	{ name: 'Success', value: 'success', description: 'It ran to its end, at once or when retried' },
	{ name: 'Unknown', value: 'unknown', description: 'N8n does not know' },
	{ name: 'Waiting', value: 'waiting', description: 'It waits in a Wait node' },
];

/** What is said about events, in the collection `filters`. */
const FILTERS: INodeProperties[] = [
	{
		displayName: 'Event ID',
		name: 'eventId',
		type: 'string',
		default: '',
		placeholder: 'e.g. 3EB0AA',
		description: "The event's own ID, as its sender gave it",
	},
	{
		displayName: 'Event Types',
		name: 'eventTypes',
		type: 'string',
		default: '',
		placeholder: 'e.g. whatsapp.message.*, kometia.order.*',
		description:
			'Types, separated by commas. * stands for any text; the first part of a type may be left out.',
	},
	{
		displayName: 'Since',
		name: 'since',
		type: 'dateTime',
		default: '',
		description:
			"Only what came in at this time or later, in the workflow's time zone where the value has none",
	},
	{
		displayName: 'Sources',
		name: 'sources',
		type: 'string',
		default: '',
		placeholder: 'e.g. /inbox-hub/*',
		description: 'Sources, separated by commas. * stands for any text.',
	},
	{
		displayName: 'Status',
		name: 'status',
		type: 'multiOptions',
		default: [],
		options: STATUSES,
		description:
			'How the execution ended, or its newest retry. Empty: all but running ones, which come out on Gaps.',
	},
	{
		displayName: 'Subject',
		name: 'subject',
		type: 'string',
		default: '',
		placeholder: 'e.g. 34600000000@*',
		description: "The event's subject, several separated by commas. * stands for any text.",
	},
	{
		displayName: 'Text in Data',
		name: 'text',
		type: 'string',
		default: '',
		description: "Text somewhere in the values of the event's data, in upper or lower case",
	},
	{
		displayName: 'Time Of',
		name: 'timeOf',
		type: 'options',
		default: 'execution',
		options: [
			{ name: 'Event', value: 'event', description: "The event's own time, as its sender gave it" },
			{ name: 'Execution', value: 'execution', description: 'The start of the execution' },
		],
		description: 'What Since and Until are about',
	},
	{
		displayName: 'Until',
		name: 'until',
		type: 'dateTime',
		default: '',
		description:
			"Only what came in at this time or earlier, in the workflow's time zone where the value has none",
	},
	{
		displayName: 'Workflow Names or IDs',
		name: 'workflows',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'loadWorkflows' },
		default: [],
		description:
			'Empty: all that the API key may read. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
];

/** Which executions count, in the collection `options`. */
export const readOptionItems: INodeProperties[] = [
	{
		displayName: 'Include N8n Webhook',
		name: 'includeN8nWebhook',
		type: 'boolean',
		default: false,
		description:
			"Whether requests to n8n's own Webhook node are events too: of the type n8n.webhook, with the request's body, query and those headers that hold no secret",
	},
	{
		displayName: 'Include Replays',
		name: 'includeReplays',
		type: 'boolean',
		default: false,
		description: 'Whether executions that replayed an event are listed too',
	},
	{
		displayName: 'Include Test Runs',
		name: 'includeTestRuns',
		type: 'boolean',
		default: false,
		description: 'Whether executions that somebody started in the editor are listed too',
	},
	{
		displayName: 'List Restarts',
		name: 'listRestarts',
		type: 'boolean',
		default: false,
		description:
			'Whether to list on Gaps when n8n was started anew, as far as its executions tell: in that time it may have answered deliveries by itself, and lost them',
	},
	{
		displayName: 'Read Large Executions',
		name: 'readLargeExecutions',
		type: 'boolean',
		default: false,
		description:
			'Whether to read executions up to 64 MB although they are larger than n8n displays (EXECUTIONS_DATA_MAX_DISPLAY_SIZE). Otherwise they come out on Gaps.',
	},
];

/** Newest or oldest first, in the collection `options`. */
export const orderOption: INodeProperties = {
	displayName: 'Order',
	name: 'order',
	type: 'options',
	default: 'newest',
	options: [
		{ name: 'Newest First', value: 'newest' },
		{
			name: 'Oldest First',
			value: 'oldest',
			description: 'Takes a little longer: n8n itself lists the newest first',
		},
	],
	description: 'Order of the executions by their ID, in which they were created',
};

/**
 * The collection `filters`, of which `readFilters` makes the filters of the history.
 *
 * @param operations for which it is shown
 * @param without names of filters that make no sense there
 */
export function filtersFor(
	show: NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>,
	without: readonly string[] = [],
): INodeProperties {
	return {
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		description: 'Which events',
		displayOptions: { show: { resource: ['event'], ...show } },
		options: FILTERS.filter(({ name }) => !without.includes(name)),
	};
}

/** The collection `options` with these items. */
export function optionsFor(
	show: NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>,
	items: readonly INodeProperties[],
): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		description: 'Which executions count, and how they are read',
		displayOptions: { show: { resource: ['event'], ...show } },
		options: sorted(items),
	};
}

function sorted(
	items: readonly INodeProperties[],
): Array<INodeProperties | INodePropertyOptions | INodePropertyCollection> {
	// Not localeCompare(): n8n would have to load the rules of a language for it while it starts.
	return [...items].sort((a, b) => (a.displayName < b.displayName ? -1 : 1));
}
