import type { INodeProperties } from 'n8n-workflow';

const show = { resource: ['event'], operation: ['recover'] };

/** What the operation Recover asks for besides the workflows. */
export const recoverProperties: INodeProperties[] = [
	{
		displayName:
			"Lets n8n run again what a crash interrupted: executions that ended as 'crashed', from the event that started them. Nodes that had run before the crash run once more.",
		name: 'recoverNotice',
		type: 'notice',
		default: '',
		displayOptions: { show },
	},
	{
		displayName: 'Workflow Names or IDs',
		name: 'workflows',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'loadWorkflows' },
		default: [],
		description:
			'Empty: those with a node of this package. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		displayOptions: { show },
	},
	{
		displayName: 'Options',
		name: 'recoverOptions',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: { show },
		options: [
			{
				displayName: 'Concurrency',
				name: 'concurrency',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 20 },
				default: 5,
				description: 'How many executions are run again at once. 1 keeps their order.',
			},
			{
				displayName: 'Most Crashes',
				name: 'mostCrashes',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 100 },
				default: 3,
				description:
					'An execution that crashed so often is left alone, because it may be what crashes n8n',
			},
			{
				displayName: 'Started Within (Hours)',
				name: 'startedWithin',
				type: 'number',
				typeOptions: { minValue: 0.1, numberPrecision: 1 },
				default: 24,
				description: 'Executions that started earlier are left alone',
			},
		],
	},
];
