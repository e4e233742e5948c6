import type { FunctionsBase } from 'n8n-workflow';
import { Rarely } from '../../../lib/flow/rarely';

const rarely = new Rarely(10 * 60_000);

type Context = Pick<FunctionsBase, 'logger' | 'getNode' | 'getWorkflow'>;

/**
 * Says in n8n's log what does not work between the processes of an n8n in queue mode, of each kind at
 * most once in ten minutes.
 *
 * @param scope which node of which workflow
 */
export function tellRarely(context: Context, scope: string, kind: string, words: string): void {
	const about = { node: context.getNode().name, workflowId: context.getWorkflow().id };
	rarely.tell(`${scope}:${kind}`, `${words} Logged at most once every ten minutes.`, (told) =>
		context.logger.warn(told, about),
	);
}
