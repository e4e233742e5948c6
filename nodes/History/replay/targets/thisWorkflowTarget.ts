import type { IExecuteFunctions } from 'n8n-workflow';
import type { StoredEvent } from '../../../../lib/history/storedEvent';
import type { N8nApi } from '../../../../lib/history/store/n8nApi';
import { readEarlierOutputs } from '../../../../lib/replay/earlierReplays';
import type { Refusal, ReplayTarget, ReplayWay } from '../../../../lib/replay/replayTarget';
import { whyNotFiles } from '../inputEvents';

/** The node's own output: whether an event was replayed shows when this execution has ended. */
export class ThisWorkflowTarget implements ReplayTarget {
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly api: N8nApi,
		private readonly signal: AbortSignal | undefined,
	) {}

	async wayOf(stored: StoredEvent): Promise<ReplayWay | Refusal> {
		const refusal = await whyNotFiles(this.context, stored);
		if (refusal !== undefined) return refusal;
		const { id: workflowId = '', name: workflowName } = this.context.getWorkflow();
		const { id, name: nodeName } = this.context.getNode();
		const node = { workflowId, nodeName, items: 'events' as const };
		return {
			targetKey: `items:${workflowId}:${id}`,
			workflowId,
			...(workflowName === undefined ? {} : { workflowName }),
			earlier: async (since) => await readEarlierOutputs(this.api, node, since, this.signal),
			run: async () => ({
				outcome: 'started',
				replayExecutionId: this.context.getExecutionId(),
			}),
		};
	}
}
