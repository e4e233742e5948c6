import type { INodeCredentialsDetails, IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { FreshValue } from '../../../lib/flow/sharing';

/**
 * n8n reads a credential from its database, decrypts it and, by default, builds a V8 isolate, each
 * time it is asked. Under load that is most of what a delivery costs, so what it said is used for a
 * moment: a secret that the user removes is refused after this time at the latest.
 */
const LIFETIME_MS = 2_000;

/** A forged delivery may make us ask n8n again, but not as often as it likes. */
const EARLY_LOADS = { burst: 5, perSecond: 1 };

const byCredential = new Map<string, FreshValue<unknown>>();

/** Holds for a moment what is read from a credential of the node; each one has to be read in one way only. */
export function freshCredential<T>(
	context: IExecuteFunctions | IWebhookFunctions,
	{ id }: INodeCredentialsDetails,
): FreshValue<T> {
	// By node, since n8n decides for each of them whether it may use the credential.
	const key = `${context.getWorkflow().id}:${context.getNode().id}:${id}`;
	let found = byCredential.get(key) as FreshValue<T> | undefined;
	if (found === undefined) {
		found = new FreshValue<T>({ lifetimeMs: LIFETIME_MS, earlyLoads: EARLY_LOADS });
		byCredential.set(key, found);
	}
	return found;
}
