import { NodeOperationError, type IHookFunctions } from 'n8n-workflow';
import { whyNotPublicHttps } from '../../../lib/net/publicUrl';
import { withoutQuery } from '../../../lib/net/redact';
import {
	isRegistered,
	register,
	type Registration,
	type RegistrationRecord,
	type WebhookSlotApi,
	unregister,
} from '../../../lib/registration/slotRegistration';
import type { TriggerRegistration } from '../webhook/webhookTrigger';
import { forget, keep, recordsOf, type SlotAccount } from './registrationRecords';

/** What a trigger's registration at one provider needs; all else is the same for all of them. */
interface SlotProvider extends SlotAccount {
	/**
	 * Accounts to register on, none where there are none to choose.
	 *
	 * @throws {NodeOperationError} where something has to be chosen
	 */
	targets(context: IHookFunctions): Promise<string[]> | string[];
	api(context: IHookFunctions, target: string): WebhookSlotApi;
}

/**
 * Registers the workflow's URL and secret at a provider. Without an API key in the credential there
 * is nothing to register with: the user pastes the URL.
 */
export function slotTriggerRegistration(provider: SlotProvider): TriggerRegistration {
	return {
		async isCurrent(context) {
			const wanted = await wantedRegistrations(context, provider);
			const records = recordsOf(context);
			if (records.some(({ target }) => !wanted.some((one) => one.target === target))) return false;
			for (const one of wanted) {
				const record = records.find(({ target }) => target === one.target);
				if (!(await isRegistered(provider.api(context, one.target), one, record))) return false;
			}
			return true;
		},

		async register(context) {
			const wanted = await wantedRegistrations(context, provider);
			// A test in the editor borrows the account from the published workflow, whose record stays.
			const isTest = context.getMode() === 'manual';
			if (!isTest) await releaseUnwanted(context, provider, wanted);
			const before = recordsOf(context);
			let isDone = false;
			try {
				for (const one of wanted) await registerOne(context, provider, one, isTest);
				isDone = true;
			} finally {
				if (!isDone) await rollBack(context, provider, wanted, before);
			}
		},

		async unregister(context) {
			const records = recordsOf(context);
			if (records.length === 0) return;
			const credential = await readCredential(context, provider);
			if (credential === undefined || credential.key.trim() === '') {
				throw new NodeOperationError(
					context.getNode(),
					`${subject(provider, records)} still delivers to this workflow, but the credential '${provider.credential.label}' has no '${provider.credential.keyField}' anymore. Remove the webhook in ${provider.label} yourself, or fill in the key and unpublish again.`,
				);
			}
			for (const record of records) {
				await unregisterOne(context, provider, credential.secrets, record);
				forget(context, record.target);
			}
		},
	};
}

async function registerOne(
	context: IHookFunctions,
	provider: SlotProvider,
	wanted: Registration,
	isTest: boolean,
): Promise<void> {
	const { target } = wanted;
	const name = `${provider.label}: ${provider.slotName} ${target}`;
	const earlier = recordsOf(context).find((record) => record.target === target);
	const done = await register(provider.api(context, target), wanted, isTest ? undefined : earlier, {
		takeBack: context.getActivationMode() !== 'init',
	});
	if (done.state === 'foreign') {
		context.logger.warn(
			`${name} now delivers to ${withoutQuery(done.url)}, so it was left unchanged. To take it back, publish the workflow again.`,
		);
		return;
	}
	const { record, drift } = done;
	keep(context, record);
	if (drift !== undefined) {
		context.logger.warn(
			`${name} was changed since it was registered (${drift}), so it was registered again.`,
		);
	}
	if (record.replaced !== null) {
		context.logger.info(
			`${name} delivered to ${withoutQuery(record.replaced.url)} until now. Unpublishing restores this URL.`,
		);
	}
}

/**
 * What to register; nothing where there is nothing to do.
 *
 * @throws {NodeOperationError} where the provider could never deliver, before it is called
 */
async function wantedRegistrations(
	context: IHookFunctions,
	provider: SlotProvider,
): Promise<Registration[]> {
	if (isByHand(context)) return [];
	const credential = await readCredential(context, provider);
	if (credential === undefined || credential.key.trim() === '') return [];
	const { label, keyField, secretField } = provider.credential;
	const byHand = `To register manually instead, leave '${keyField}' in the credential empty.`;
	const url = context.getNodeWebhookUrl('default') ?? '';
	if (provider.publicHttpsOnly && whyNotPublicHttps(url) !== undefined) {
		// Listening for a test event needs no provider: whoever tests locally sends by hand.
		if (context.getMode() === 'manual') return [];
		throw new NodeOperationError(
			context.getNode(),
			`${provider.label} delivers only to public HTTPS addresses, and this workflow's URL is ${url}. Set WEBHOOK_URL in n8n to its public address, such as https://n8n.example.com/. ${byHand}`,
		);
	}
	const targets = await provider.targets(context);
	const [secret, ...olderSecrets] = credential.secrets;
	if (secret === undefined) {
		throw new NodeOperationError(
			context.getNode(),
			`'${secretField}' is empty in the credential '${label}'. Enter 16 to 255 random characters.`,
		);
	}
	return targets.map((target) => ({ target, url, secret, olderSecrets }));
}

/** Where the node has the choice, and the user registers the webhook at the provider. */
function isByHand(context: IHookFunctions): boolean {
	return context.getNode().parameters.registration === 'manual';
}

async function readCredential(
	context: IHookFunctions,
	{ credential, read }: SlotProvider,
): Promise<ReturnType<SlotProvider['read']> | undefined> {
	if (context.getNode().credentials?.[credential.name] === undefined) return undefined;
	return read(await context.getCredentials(credential.name));
}

function subject({ slotName }: SlotProvider, records: readonly RegistrationRecord[]): string {
	const [first = '', ...rest] = `${slotName} ${records.map(({ target }) => target).join(', ')}`;
	return first.toUpperCase() + rest.join('');
}

/** Gives back accounts that were registered on once and are not to be any more. */
async function releaseUnwanted(
	context: IHookFunctions,
	provider: SlotProvider,
	wanted: readonly Registration[],
): Promise<void> {
	const [first] = wanted;
	if (first === undefined) return;
	for (const record of recordsOf(context)) {
		if (wanted.some(({ target }) => target === record.target)) continue;
		await unregisterOne(context, provider, [first.secret, ...first.olderSecrets], record);
		forget(context, record.target);
	}
}

/**
 * Gives back what this attempt to register has taken, as far as possible: n8n keeps nothing of what
 * a hook noted before it failed, so nothing may be left behind.
 *
 * @param before the records that were there already
 */
async function rollBack(
	context: IHookFunctions,
	provider: SlotProvider,
	[first]: readonly Registration[],
	before: readonly RegistrationRecord[],
): Promise<void> {
	if (first === undefined) return;
	for (const record of recordsOf(context).filter((one) => !before.includes(one))) {
		try {
			await unregisterOne(context, provider, [first.secret, ...first.olderSecrets], record);
		} catch (error) {
			context.logger.warn(
				`${provider.label}: ${provider.slotName} ${record.target} may still deliver to this workflow, which was not published: ${error instanceof Error ? error.message : 'unknown'}`,
			);
		}
		forget(context, record.target);
	}
}

/** Gives one account back, unless somebody else has it by now; the log says so then. */
async function unregisterOne(
	context: IHookFunctions,
	provider: SlotProvider,
	[secret = '', ...olderSecrets]: readonly string[],
	record: RegistrationRecord,
): Promise<void> {
	const name = `${provider.label}: ${provider.slotName} ${record.target}`;
	const api = provider.api(context, record.target);
	const done = await unregister(api, { secret, olderSecrets }, record);
	if (done.state === 'foreign') {
		context.logger.warn(`${name} now delivers somewhere else, so it was left unchanged.`);
	} else if (done.state === 'restored' && done.restUnknown) {
		context.logger.warn(
			`${name} delivers to its earlier URL again, but ${provider.label} does not show the secret of that URL. Enter the secret there again.`,
		);
	}
}
