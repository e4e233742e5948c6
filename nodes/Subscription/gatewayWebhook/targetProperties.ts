import type { INodeProperties } from 'n8n-workflow';

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
			description: `How the ${one}s are chosen. Each one becomes an item.`,
			options: [
				{
					name: 'All of the Account',
					value: 'all',
					description: `Every ${one} that the key may see`,
				},
				{ name: 'List', value: 'list', description: 'Chosen from a list, or by an expression' },
				{ name: by, value: 'names', description: 'Written, or by an expression' },
			],
		},
		{
			// n8n's own rules ask for this name and description of such a list.
			displayName: `${many} Names or IDs`,
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
				'Separated by commas, where * stands for any text; or an expression that gives a list',
		},
	];
}
