import type {
	IExecuteFunctions,
	IHookFunctions,
	INodeProperties,
	IWebhookFunctions,
} from 'n8n-workflow';
import { isQueueMode } from '../../../lib/cluster/n8nRedis';
import { Rarely } from '../../../lib/flow/rarely';
import { fieldOf } from '../../../lib/event/json';
import { assertN8nVersion } from '../n8nVersion';

/** When the sender of an accepted event is answered. */
export const answerProperty: INodeProperties = {
	displayName: 'Answer',
	name: 'answer',
	type: 'options',
	// Read for each delivery: an expression would cost each of them an isolate.
	noDataExpression: true,
	default: 'whenStored',
	description:
		'When to respond to the sender. Most senders wait 5 to 30 seconds. After that, they treat the delivery as failed and send it again.',
	options: [
		{
			name: 'When Stored',
			value: 'whenStored',
			description:
				'Responds with 200 as soon as n8n has stored the execution. If the workflow fails, the event is not sent again.',
		},
		{
			name: 'When the Workflow Has Ended',
			value: 'whenEnded',
			description:
				"Responds with 200 if the workflow succeeds and 500 if it fails, so that the sender sends the event again. Only for workflows that finish within the sender's time limit.",
		},
	],
};

/** One line for each node in this time. */
const rarely = new Rarely(3_600_000);

type Context = IExecuteFunctions | IHookFunctions | IWebhookFunctions;

/** Whether the user wants the sender to wait for the workflow's end. */
export function wantsAnswerAtEnd(context: Context): boolean {
	return fieldOf(context.getNode().parameters, 'options', 'answer') === 'whenEnded';
}

/** The same, where it can be done. */
export function answersAtEnd(context: IWebhookFunctions): boolean {
	if (!wantsAnswerAtEnd(context)) return false;
	if (!isQueueMode()) return true;
	tellAnsweredWhenStored(context, 'n8n runs in queue mode');
	return false;
}

/**
 * In queue mode another process runs the execution, and tells this one nothing of its end.
 *
 * @throws {Error} that says what to do
 */
export function assertAnswerPossible(context: IHookFunctions): void {
	if (!wantsAnswerAtEnd(context)) return;
	assertN8nVersion(context.getNode(), {
		what: "The option 'Answer: When the Workflow Has Ended'",
		since: '2.33',
		instead: "Or set 'Answer' to 'When Stored'.",
	});
	if (!isQueueMode()) return;
	throw new Error(
		"n8n runs in queue mode, where a trigger can't know how the workflow ends. Set the option 'Answer' to 'When Stored'.",
	);
}

/** Says in n8n's log that the sender does not wait although the user wants it to. */
export function tellAnsweredWhenStored(
	context: IExecuteFunctions | IWebhookFunctions,
	because: string,
): void {
	const node = context.getNode();
	const workflowId = context.getWorkflow().id;
	const words = `Answered when stored, not when the workflow has ended: ${because}. Logged at most once an hour.`;
	rarely.tell(`${workflowId}:${node.id}`, words, (told) =>
		context.logger.warn(told, { node: node.name, workflowId }),
	);
}
