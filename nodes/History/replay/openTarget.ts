import type { IExecuteFunctions } from 'n8n-workflow';
import type { N8nApi } from '../../../lib/n8nApi/n8nApi';
import type { ReplayTarget } from '../../../lib/replay/replayTarget';
import { upSince } from '../upSince';
import type { ReplaySettings } from './settings';
import { ThisWorkflowTarget } from './targets/thisWorkflowTarget';
import { WorkflowTarget } from './targets/workflowTarget';
import { withUrlTarget } from './urlNetwork';

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
			return await use(new WorkflowTarget(context, api, settings, { signal, upSince: upSince() }));
	}
}
