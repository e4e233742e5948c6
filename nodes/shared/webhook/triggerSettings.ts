import type { IWebhookFunctions } from 'n8n-workflow';
import { FreshValue } from '../../../lib/flow/sharing';
import type { SettingsSource } from '../../../lib/receive/receive';
import type { WebhookTrigger } from './webhookTrigger';

/**
 * n8n reads a credential from its database, decrypts it and, by default, builds a V8 isolate, each
 * time it is asked. Under load that is most of what a delivery costs, so what it said is used for a
 * moment: a secret that the user removes is refused after this time at the latest.
 */
const LIFETIME_MS = 2_000;

/** A forged delivery may make us ask n8n again, but not as often as it likes. */
const EARLY_LOADS = { burst: 5, perSecond: 1 };

const byCredential = new Map<string, FreshValue<unknown>>();

/** The secrets of a request's trigger node, at most two seconds old. */
export function triggerSettings<Settings>(
	context: IWebhookFunctions,
	{ credential, settings }: WebhookTrigger<Settings>,
): SettingsSource<Settings> {
	const selected = context.getNode().credentials?.[credential.name];
	if (selected === undefined) {
		return { current: async () => undefined, newer: async () => undefined };
	}
	const load = async () => settings(await context.getCredentials(credential.name));
	// By node, since n8n decides for each of them whether it may use the credential.
	const held = freshValue<Settings | undefined>(
		`${context.getWorkflow().id}:${context.getNode().id}:${selected.id}`,
	);
	const asked = Date.now();
	return {
		current: async () => await held.get(load),
		newer: async () => await held.getNewer(load, asked),
	};
}

function freshValue<T>(key: string): FreshValue<T> {
	let found = byCredential.get(key) as FreshValue<T> | undefined;
	if (found === undefined) {
		found = new FreshValue<T>({ lifetimeMs: LIFETIME_MS, earlyLoads: EARLY_LOADS });
		byCredential.set(key, found);
	}
	return found;
}
