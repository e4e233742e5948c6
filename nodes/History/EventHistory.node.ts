import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { testStandardWebhooksCredential } from '../Notifier/signingCredential';
import { ACTION_LIST_ONLY } from '../shared/actionList';
import { credentialForStore } from '../shared/cluster/deduplicationStore';
import { testRealtimeRedisCredential } from '../shared/cluster/redisCredentialTest';
import { credentialFor } from '../shared/credentialFor';
import { assertN8nVersion } from '../shared/n8nVersion';
import { loadWorkflows } from './readFilters';
import { readingProperties } from './properties';
import { readHistory } from './readHistory';
import { executeReplay, replayProperties } from './replay/replay';
import { executeRecover } from './recover/execute';
import { RECOVER_OPTIONS, recoverProperties } from './recover/properties';
import { reportProperties } from './report/properties';

export class EventHistory implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Event History',
		name: 'eventHistory',
		icon: { light: 'file:eventHistory.svg', dark: 'file:eventHistory.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle:
			'={{ ({ get: "Get event", getMany: "Get many events", recover: "Recover executions", replay: "Replay events", report: "Report on events", summarize: "Summarize events" })[$parameter["operation"]] }}',
		description:
			"Searches, reports on and replays the events in n8n's own executions, and recovers executions that a crash interrupted",
		defaults: { name: 'Event History' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Events', 'Gaps'],
		credentials: [
			{ name: 'realtimeWebhooksN8nEventStoreApi', required: true },
			{
				name: 'realtimeWebhooksStandardWebhooksApi',
				required: true,
				testedBy: 'testStandardWebhooksCredential',
				displayOptions: credentialFor({ operation: ['replay'], target: ['url'] }),
			},
			{
				name: 'realtimeWebhooksRealtimeRedisApi',
				required: true,
				testedBy: 'testRealtimeRedisCredential',
				displayOptions: credentialForStore(RECOVER_OPTIONS, { operation: ['recover'] }),
			},
		],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				default: 'event',
				// Nobody has to look at a choice without alternatives.
				displayOptions: ACTION_LIST_ONLY,
				options: [{ name: 'Event', value: 'event' }],
			},
			// Its value is what n8n tells an AI agent the action by.
			{ displayName: 'Resource', name: 'resource', type: 'hidden', default: 'event' },
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				default: 'getMany',
				displayOptions: { show: { resource: ['event'] } },
				options: [
					{
						name: 'Get',
						value: 'get',
						action: 'Get an event',
						description: 'Get one event by its ID or its execution',
					},
					{
						name: 'Get Many',
						value: 'getMany',
						action: 'Get many events',
						description: 'Get the events that match the filters',
					},
					{
						name: 'Recover',
						value: 'recover',
						action: 'Recover interrupted executions',
						description: 'Rerun executions that a crash of n8n interrupted',
					},
					{
						name: 'Replay',
						value: 'replay',
						action: 'Replay events',
						description: 'Run past events again, starting at their trigger',
					},
					{
						name: 'Report',
						value: 'report',
						action: 'Report on events',
						description: 'Create an HTML page with charts, and return its numbers',
					},
					{
						name: 'Summarize',
						value: 'summarize',
						action: 'Summarize events',
						description: 'Count events by day, type, status or other groups',
					},
				],
			},
			...readingProperties,
			...reportProperties,
			...replayProperties,
			...recoverProperties,
		],
	};

	methods = {
		credentialTest: { testRealtimeRedisCredential, testStandardWebhooksCredential },
		loadOptions: { loadWorkflows },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		// Since then n8n's public API lists executions by when they started.
		assertN8nVersion(this.getNode(), { what: "'Event History'", since: '2.10' });
		const operation = this.getNodeParameter('operation', 0);
		if (operation === 'recover') return await executeRecover(this);
		return operation === 'replay' ? await executeReplay(this) : await readHistory(this);
	}
}
