import type { IHookFunctions } from 'n8n-workflow';
import {
	unregister,
	type Registration,
	type RegistrationRecord,
} from '../../../lib/registration/slotRegistration';
import { forget, recordsOf } from './registrationRecords';
import type { SlotProvider } from './slotTriggerRegistration';

/** Gives back accounts that were registered on once and are not to be any more. */
export async function releaseUnwanted(
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
export async function rollBack(
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
export async function unregisterOne(
	context: IHookFunctions,
	provider: SlotProvider,
	[secret = '', ...olderSecrets]: readonly string[],
	record: RegistrationRecord,
): Promise<void> {
	const name = `${provider.label}: ${provider.slotName} ${record.target}`;
	const api = provider.api(context, record.target);
	const done = await unregister(api, { secret, olderSecrets }, record);
	if (done.state === 'foreign') {
		context.logger.warn(`${name} delivers somewhere else by now; it was left as it is.`);
	} else if (done.state === 'restored' && done.restUnknown) {
		context.logger.warn(
			`${name} delivers to its earlier URL again, but ${provider.label} does not tell the secret that belonged to it. Set it there again.`,
		);
	}
}
