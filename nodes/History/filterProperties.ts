import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

/** Statuses of executions, as n8n names them and shows them. */
const STATUSES: INodePropertyOptions[] = [
	{ name: 'Canceled', value: 'canceled', description: 'Someone stopped it' },
	{ name: 'Crashed', value: 'crashed', description: 'The n8n process ended while it was running' },
	{ name: 'Error', value: 'error', description: 'A node failed' },
	{ name: 'Queued', value: 'new', description: 'It is waiting to start' },
	{ name: 'Running', value: 'running', description: 'It is still running' },
	{ name: 'Success', value: 'success', description: 'It succeeded, at once or after a retry' },
	{ name: 'Unknown', value: 'unknown', description: 'The status is not known' },
	{ name: 'Waiting', value: 'waiting', description: 'It is paused in a Wait node' },
];

/** What is said about events, in the collection `filters`. */
const FILTERS: INodeProperties[] = [
	{
		displayName: 'Event ID',
		name: 'eventId',
		type: 'string',
		default: '',
		placeholder: 'e.g. 3EB0AA',
		description: 'The ID that the sender gave the event',
	},
	{
		displayName: 'Event Types',
		name: 'eventTypes',
		type: 'string',
		default: '',
		placeholder: 'e.g. whatsapp.message.*, kometia.order.*',
		description:
			'The event types, separated by commas. Use * for any text. The first part of a type is optional.',
	},
	{
		displayName: 'Since',
		name: 'since',
		type: 'dateTime',
		default: '',
		description:
			"Only events at this time or later. Uses the workflow's time zone if the value has none.",
	},
	{
		displayName: 'Sources',
		name: 'sources',
		type: 'string',
		default: '',
		placeholder: 'e.g. /inbox-hub/*',
		description: 'The event sources, separated by commas. Use * for any text.',
	},
	{
		displayName: 'Status',
		name: 'status',
		type: 'multiOptions',
		default: [],
		options: STATUSES,
		description:
			'The status of the execution, or of its newest retry. Leave empty for all but running ones, which are reported on the Gaps output.',
	},
	{
		displayName: 'Subject',
		name: 'subject',
		type: 'string',
		default: '',
		placeholder: 'e.g. 34600000000@*',
		description: 'The event subjects, separated by commas. Use * for any text.',
	},
	{
		displayName: 'Data Contains',
		name: 'text',
		type: 'string',
		default: '',
		description: 'A text that any value in the event data contains. Not case-sensitive.',
	},
	{
		displayName: 'Filter Time By',
		name: 'timeOf',
		type: 'options',
		default: 'execution',
		options: [
			{ name: 'Event', value: 'event', description: 'The time that the sender gave the event' },
			{ name: 'Execution', value: 'execution', description: 'The time when the execution started' },
		],
		description: 'The time that Since and Until are compared with',
	},
	{
		displayName: 'Until',
		name: 'until',
		type: 'dateTime',
		default: '',
		description:
			"Only events at this time or earlier. Uses the workflow's time zone if the value has none.",
	},
	{
		displayName: 'Workflow Names or IDs',
		name: 'workflows',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'loadWorkflows' },
		default: [],
		description:
			'Leave empty for all workflows that the API key can read. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
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
			"Whether to include requests to n8n's Webhook node, as events of the type n8n.webhook with the body, the query and all headers without secrets",
	},
	{
		displayName: 'Include Replays',
		name: 'includeReplays',
		type: 'boolean',
		default: false,
		description: 'Whether to include executions that replayed an event',
	},
	{
		displayName: 'Include Test Runs',
		name: 'includeTestRuns',
		type: 'boolean',
		default: false,
		description: 'Whether to include executions started in the editor',
	},
	{
		displayName: 'List Restarts',
		name: 'listRestarts',
		type: 'boolean',
		default: false,
		description:
			'Whether to list on Gaps when n8n was restarted, as far as its executions show. During a restart n8n may have answered deliveries itself and lost them.',
	},
	{
		displayName: 'Read Large Executions',
		name: 'readLargeExecutions',
		type: 'boolean',
		default: false,
		description:
			'Whether to read executions up to 64 MB, even if they are larger than n8n displays (EXECUTIONS_DATA_MAX_DISPLAY_SIZE). If off, they are reported on the Gaps output.',
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
			description: 'Takes a little longer, because n8n lists the newest first',
		},
	],
	description: 'The order of the executions, by the ID they got when they were created',
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
		description: 'Which events to use',
		displayOptions: { show },
		options: FILTERS.filter(({ name }) => !without.includes(name)),
	};
}

/** What the editor calls a filter. */
export function filterLabel(name: string): string {
	return FILTERS.find((filter) => filter.name === name)?.displayName ?? name;
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
		description: 'Which executions to include and how to read them',
		displayOptions: { show },
		options: sorted(items),
	};
}

function sorted(
	items: readonly INodeProperties[],
): Array<INodeProperties | INodePropertyOptions | INodePropertyCollection> {
	// Not localeCompare(): n8n would have to load the rules of a language for it while it starts.
	return [...items].sort((a, b) => (a.displayName < b.displayName ? -1 : 1));
}
