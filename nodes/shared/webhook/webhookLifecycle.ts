import { NodeOperationError, type IHookFunctions } from 'n8n-workflow';
import { assertSelectsSome } from '../../../lib/event/pattern';
import { InvalidSourceAddressError } from '../../../lib/receive/sourceAddress';
import { assertN8nVersion } from '../n8nVersion';
import { assertStoreUsable } from './assertStoreUsable';
import { assertAnswerPossible } from './answerOption';
import { adviseOnIsolates } from './isolateAdvice';
import { adviseOnSaving } from './savingAdvice';
import { readTriggerOptions } from './triggerSettings';
import type { WebhookTrigger } from './webhookTrigger';

/**
 * The three webhook methods of every webhook trigger. A workflow that could not verify anything does
 * not go live; where the provider has an API, publishing registers the URL and unpublishing gives
 * the place back.
 *
 * @param trigger the trigger, or how to find it where a node has a choice of providers
 */
export function webhookLifecycle<Settings>(
	trigger: WebhookTrigger<Settings> | ((context: IHookFunctions) => WebhookTrigger<Settings>),
) {
	const triggerOf = typeof trigger === 'function' ? trigger : () => trigger;
	return {
		async checkExists(this: IHookFunctions): Promise<boolean> {
			const chosen = triggerOf(this);
			await assertReady(this, chosen);
			adviseOnIsolates(this);
			adviseOnSaving(this);
			return (await chosen.registration?.isCurrent(this)) ?? true;
		},

		async create(this: IHookFunctions): Promise<boolean> {
			await triggerOf(this).registration?.register(this);
			return true;
		},

		async delete(this: IHookFunctions): Promise<boolean> {
			await triggerOf(this).registration?.unregister(this);
			return true;
		},
	};
}

/** @throws {NodeOperationError} naming what the user has to fill in */
async function assertReady<Settings>(
	context: IHookFunctions,
	trigger: WebhookTrigger<Settings>,
): Promise<void> {
	assertN8nVersion(context.getNode());
	const options = readTriggerOptions(context, trigger.deduplication);
	try {
		options.sourceAddressCheck();
	} catch (error) {
		const problem = error instanceof Error ? error.message : 'unknown';
		throw new NodeOperationError(
			context.getNode(),
			error instanceof InvalidSourceAddressError
				? `'Allowed Source Addresses' can't be read: ${problem}. Enter IP addresses or ranges, separated by commas.`
				: problem,
		);
	}
	assertUsable(context, () => assertSelectsSome(context.getNodeParameter('events', [])));
	assertUsable(context, () => assertAnswerPossible(context));
	assertUsable(context, () => trigger.assertParameters?.(context));
	await assertStoreUsable(context);
	if (options.acceptUnverified) return;
	const { name, label, secretField } = trigger.credential;
	const hasCredential = context.getNode().credentials?.[name] !== undefined;
	if (hasCredential) {
		const credential = await context.getCredentials(name);
		assertUsable(context, () => trigger.assertCredential?.(credential, context));
		if (trigger.settings(credential) !== undefined) return;
	}
	const missing = hasCredential
		? `'${secretField}' is empty in the credential '${label}'`
		: `no credential '${label}' is selected`;
	// All in the message: of a failed publication n8n shows nothing else.
	throw new NodeOperationError(
		context.getNode(),
		`Deliveries could not be verified: ${missing}. Fix this and try again. To accept deliveries from anyone, turn on the option 'Accept Unverified Events'.`,
	);
}

function assertUsable(context: IHookFunctions, assertion: () => void): void {
	try {
		assertion();
	} catch (error) {
		// An error of n8n's own stays as it is.
		throw new NodeOperationError(context.getNode(), error instanceof Error ? error : 'unknown');
	}
}
