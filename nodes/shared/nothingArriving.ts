import type { NodeHint, TriggerPanelDefinition } from 'n8n-workflow';

/** What a trigger says in the panel where one waits for an event, and where the output stays empty. */
interface TriggerWords {
	/** Who sends, such as `the gateway`. */
	readonly sender: string;
	/** The three likeliest causes where nothing comes, each a sentence. */
	readonly causes: readonly [string, string, string];
}

/** n8n shows it in the output of the node before its first run. */
export function nothingArriving({ causes }: TriggerWords): NodeHint[] {
	const list = causes.map((cause) => `<li>${cause}</li>`).join('');
	return [
		{
			message: `<b>Nothing arriving?</b><ul>${list}</ul>`,
			type: 'info',
			location: 'outputPane',
			whenToDisplay: 'beforeExecution',
		},
	];
}

/** n8n shows it in place of the input, while it listens for a test event and before. */
export function triggerPanelOf({ sender }: TriggerWords): TriggerPanelDefinition {
	return {
		header: '',
		executionsHelp: {
			inactive: `<b>To try it out</b>, click the button above, then let ${sender} send an event. It shows up here, and if it is sent again, it shows up again.<br /><br /><b>When you are done</b>, publish the workflow. Each verified event then starts it once. You can find these executions under Executions, not in the editor.`,
			active: `<b>This workflow is published</b>, so verified events start it. You can find these executions under Executions.<br /><br /><b>To try a change</b>, click the button above, then let ${sender} send an event.`,
		},
		activationHint: `Publish the workflow to receive events all the time.`,
	};
}

const NOT_LIVE =
	'The Production URL only works while the workflow is published, and the Test URL only while you listen for a test event.';

const NOT_REACHED = (sender: string) =>
	`${sender} can't reach n8n: the URL it uses must be exactly the one above, and start with the public address of n8n (WEBHOOK_URL).`;

const REFUSED =
	"Deliveries are refused: the secret differs from the sender's. The n8n log shows why, and so does the event Refused Deliveries.";

/**
 * The words of a trigger that is called by a webhook.
 *
 * @param sender such as `Inbox Hub`, as the subject of a sentence
 * @param third the third cause, where it is not another secret
 */
export function webhookWords(sender: string, third = REFUSED): TriggerWords {
	return {
		sender: sender.replace(/^The /, 'the '),
		causes: [NOT_LIVE, NOT_REACHED(sender), third],
	};
}

/** The words of a trigger that keeps a connection open. */
export const LISTENING_WORDS: TriggerWords = {
	sender: 'the server',
	causes: [
		'The connection is only open while the workflow is published, or while you listen for a test event.',
		"The names of channels or events differ from the server's. Try * in Events.",
		'The credential connects to a different app or server than the one that sends. Test the credential, and check the n8n log.',
	],
};
