import { AsyncLocalStorage } from 'node:async_hooks';

/** Ids of the workflows that replay, from the outermost in. */
const chain = new AsyncLocalStorage<readonly string[]>();

/** Runs a replay of a workflow; what it replays in its turn knows by whom it was started. */
export async function replayedBy<T>(workflowId: string, work: () => Promise<T>): Promise<T> {
	return await chain.run([...(chain.getStore() ?? []), workflowId], work);
}

/** Whether this very execution was started, by way of replays, by the workflow. */
export function isReplayedBy(workflowId: string): boolean {
	return chain.getStore()?.includes(workflowId) === true;
}
