import { textOf } from '../event/json';
import type { PublishedWorkflow } from './publishedWorkflow';
import type { Refusal } from './replayResult';

/**
 * Whether a workflow's setting 'This workflow can be called by' can allow a caller. Where it names
 * the workflows of the same owner, or nothing, only n8n can tell: it decides when the workflow runs.
 * Asking before spares an execution that only says so, for each event.
 *
 * @param callerId id of the workflow that replays
 */
export function mayCall(
	{ name, settings }: Pick<PublishedWorkflow, 'name' | 'settings'>,
	callerId: string,
): Refusal | undefined {
	const { callerPolicy, callerIds } = settings;
	const listed = (textOf(callerIds) ?? '').split(',').map((id) => id.trim());
	const isDenied =
		callerPolicy === 'none' ||
		(callerPolicy === 'workflowsFromAList' && !listed.includes(callerId));
	if (!isDenied) return undefined;
	return {
		refused: 'not_callable',
		message: `The settings of the workflow '${name}' do not let this workflow call it. Change 'This workflow can be called by' in its settings.`,
	};
}
