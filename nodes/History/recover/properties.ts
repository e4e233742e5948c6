import type { INodeProperties } from 'n8n-workflow';
import { deduplicationStoreProperty } from '../../shared/cluster/deduplicationStore';

/** The collection of its options. */
export const RECOVER_OPTIONS = 'recoverOptions';

const show = { operation: ['recover'] };

/** What the operation Recover asks for besides the workflows. */
export const recoverProperties: INodeProperties[] = [
	{
		displayName:
			"Reruns executions that ended as 'crashed', starting with their event. Nodes that ran before the crash run again.",
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
			'Leave empty for all workflows with a node from this package, except those that only recover. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		displayOptions: { show },
	},
	{
		displayName: 'Options',
		name: RECOVER_OPTIONS,
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
				description: 'Max number of executions to rerun at the same time. 1 keeps their order.',
			},
			deduplicationStoreProperty(
				"Where the triggers keep accepted events until their execution has ended, if n8n runs in queue mode. Choose Another Redis for triggers that use one, and select the same credential. n8n's own Redis is always searched.",
			),
			{
				displayName: 'Max Crashes',
				name: 'mostCrashes',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 100 },
				default: 3,
				description:
					'Skip executions that crashed this many times, because they may be what crashes n8n',
			},
			{
				displayName: 'Started Within (Hours)',
				name: 'startedWithin',
				type: 'number',
				typeOptions: { minValue: 0.1, numberPrecision: 1 },
				default: 24,
				description: 'Skip executions that started earlier',
			},
		],
	},
];
