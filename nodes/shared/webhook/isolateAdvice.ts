import type { IHookFunctions, INodeProperties } from 'n8n-workflow';

/** n8n's own name of the setting, read when it starts. */
const SETTING = 'N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE';

/** What of n8n's configuration decides it. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Once in an n8n process is enough: it holds for all of its triggers. */
let isTold = false;

/**
 * Writes into n8n's log, once, that n8n builds a V8 isolate for each request to a community trigger,
 * whatever the trigger does: by default its engine is `vm`, and only n8n's own Webhook node is let off
 * (n8n 2.41.1, `webhookPhaseNeedsIsolate`).
 */
export function adviseOnIsolates(context: IHookFunctions, env: Environment = process.env): void {
	if (isTold || !buildsIsolates(env)) return;
	isTold = true;
	context.logger.info(
		`n8n builds a V8 isolate for each request to a webhook trigger of a community package, even if it is refused. Set ${SETTING}=true for n8n: deliveries are then refused more than ten times as fast, and accepted about five times as fast.`,
	);
}

/** Whether n8n builds an isolate for every request to a trigger that is not its own. */
export function buildsIsolates(env: Environment): boolean {
	const engine = env.N8N_EXPRESSION_ENGINE ?? 'vm';
	const lazy = env[SETTING]?.trim().toLowerCase();
	return engine === 'vm' && lazy !== 'true' && lazy !== '1';
}

/** The same in the panel of a trigger, as the last of its parameters; none where n8n is set so already. */
export function isolateNotice(env: Environment = process.env): INodeProperties[] {
	if (!buildsIsolates(env)) return [];
	return [
		{
			displayName: `Many webhooks per second? Set ${SETTING}=true for n8n to accept deliveries about five times as fast, and to refuse forged ones more than ten times as fast.`,
			name: 'isolateNotice',
			type: 'notice',
			default: '',
		},
	];
}
