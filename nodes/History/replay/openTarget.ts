import type { IExecuteFunctions } from 'n8n-workflow';
import { connectionKey } from '../../../lib/net/pool';
import type { N8nApi } from '../../../lib/history/store/n8nApi';
import { ReplayMemory } from '../../../lib/replay/replayMemory';
import type { ReplayTarget } from '../../../lib/replay/replayTarget';
import { EVENT_STORE_CREDENTIAL } from '../../shared/n8nApi/n8nEventStore';
import { upSince } from '../readFilters';
import type { ReplaySettings } from './settings';
import { ThisWorkflowTarget } from './targets/thisWorkflowTarget';
import { WorkflowTarget, type EarlierIn } from './targets/workflowTarget';
import { withUrlTarget } from './targets/urlTarget';

/** Executions whose events an n8n process remembers; at about 250 bytes each these are 25 MB. */
const REMEMBERED = 100_000;

/** Module state, which the executions of an n8n process share. */
const memory = new ReplayMemory(REMEMBERED);

/** The target that the user chose, for as long as `use` runs. */
export async function withTarget<T>(
	context: IExecuteFunctions,
	api: N8nApi,
	settings: ReplaySettings,
	use: (target: ReplayTarget) => Promise<T>,
): Promise<T> {
	const signal = context.getExecutionCancelSignal();
	switch (settings.target) {
		case 'url':
			return await withUrlTarget(context, api, settings, use);
		case 'thisWorkflow':
			return await use(new ThisWorkflowTarget(context, api, signal));
		default:
			return await use(
				new WorkflowTarget(
					context,
					api,
					settings,
					{ signal, upSince: upSince() },
					await earlierIn(context),
				),
			);
	}
}

/** Another API key may see other executions. */
async function earlierIn(context: IExecuteFunctions): Promise<EarlierIn> {
	const credential = await context.getCredentials(EVENT_STORE_CREDENTIAL);
	const account = connectionKey([credential]);
	return { memory, keyOf: (workflowId) => `${account} ${workflowId}` };
}
