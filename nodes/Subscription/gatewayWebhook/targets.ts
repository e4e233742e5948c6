import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { matchesPattern, readPatterns } from '../../../lib/event/pattern';
import type { GatewayTarget, WebhookGateway } from './gateway';

/** More in one item is rather a mistake. */
const MOST_TARGETS = 10_000;

/**
 * The sessions or instances that an item is about, in the order in which they are given or listed.
 *
 * @param list all that there are; asked only where it takes the list to know
 * @throws {Error} that says what to do where there are none, or too many
 */
export async function chosenTargets(
	context: IExecuteFunctions,
	itemIndex: number,
	{ slotName, label }: WebhookGateway,
	list: () => Promise<readonly GatewayTarget[]>,
): Promise<string[]> {
	const from = context.getNodeParameter('targetsFrom', itemIndex, 'list');
	const parameter = from === 'names' ? 'targetNames' : 'targets';
	const chosen = from === 'all' ? '*' : context.getNodeParameter(parameter, itemIndex, '');
	const title = `'${slotName === 'instance' ? 'Instances' : 'Sessions'}'`;
	if ([chosen].flat().some((entry) => typeof entry === 'object' && entry !== null)) {
		throw new Error(
			`${title} contains an object. Enter IDs or names, as a list or separated by commas.`,
		);
	}
	const patterns = readPatterns(chosen);
	if (patterns.length === 0) {
		throw new Error(`${title} is empty. Choose at least one ${slotName}, or 'All in the Account'.`);
	}
	const found = patterns.every((pattern) => !pattern.includes('*'))
		? patterns
		: fitting(patterns, await list());
	const targets = [...new Set(found)];
	if (targets.length === 0) {
		throw new Error(
			`${label} has no ${slotName} that matches ${title} (${patterns.join(', ').slice(0, 200)}). Create one, or correct the names.`,
		);
	}
	if (targets.length <= MOST_TARGETS) return targets;
	throw new Error(
		`${targets.length} ${slotName}s match ${title}, more than ${MOST_TARGETS}. Narrow it down.`,
	);
}

/** Names without `*` stay as they are: the API may know more than its list tells. */
function fitting(patterns: readonly string[], all: readonly GatewayTarget[]): string[] {
	return patterns.flatMap((pattern) =>
		pattern.includes('*')
			? all
					.filter(({ names }) => names.some((name) => matchesPattern(pattern, name)))
					.map(({ id }) => id)
			: [pattern],
	);
}

/** Which sessions, or instances as Evolution API calls them: the same parameters in two wordings. */
export const targetProperties: INodeProperties[] = [
	...targetsAs({ many: 'Sessions', one: 'session', by: 'ID or Name' }, ['inboxHub', 'waha']),
	...targetsAs({ many: 'Instances', one: 'instance', by: 'Name' }, ['euAtendo']),
];

interface Wording {
	readonly many: string;
	readonly one: string;
	/** What the API knows them by. */
	readonly by: string;
}

function targetsAs({ many, one, by }: Wording, gateway: string[]): INodeProperties[] {
	const show = { resource: ['gatewayWebhook'], gateway };
	return [
		{
			displayName: `${many} From`,
			name: 'targetsFrom',
			type: 'options',
			noDataExpression: true,
			default: 'list',
			displayOptions: { show },
			description: `How to choose the ${one}s. Each one becomes an item.`,
			options: [
				{
					name: 'All in the Account',
					value: 'all',
					description: `Every ${one} that the API key can see`,
				},
				{ name: 'List', value: 'list', description: 'Choose from a list or use an expression' },
				{ name: by, value: 'names', description: 'Enter IDs or names, or use an expression' },
			],
		},
		{
			// n8n's own rules ask for this name and description of such a list.
			displayName: `${many.slice(0, -1)} Names or IDs`,
			name: 'targets',
			type: 'multiOptions',
			required: true,
			default: [],
			typeOptions: { loadOptionsMethod: 'getGatewayTargets', loadOptionsDependsOn: ['gateway'] },
			displayOptions: { show: { ...show, targetsFrom: ['list'] } },
			description:
				'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		},
		{
			displayName: many,
			name: 'targetNames',
			type: 'string',
			required: true,
			default: '',
			placeholder: gateway.includes('inboxHub') ? 'e.g. 93, 94, sales-*' : 'e.g. shop1, sales-*',
			displayOptions: { show: { ...show, targetsFrom: ['names'] } },
			description:
				'IDs or names separated by commas. Use * for any text. Or use an expression that returns a list.',
		},
	];
}
