import type { IWebhookFunctions } from 'n8n-workflow';
import type { Outcome, RefusalReason } from '../../../lib/receive/provider';
import type { WebhookTrigger } from './webhookTrigger';

/** A delivery that starts nothing because something is wrong with it, or with this trigger. */
export interface TurnedAway {
	/** The word in the answer. */
	readonly reason: RefusalReason | 'body_malformed' | 'verification_unavailable';
	/** What happened, as a part of a sentence. */
	readonly what: string;
	/** What to look at where the delivery is genuine, as a part of a sentence. */
	readonly whatToDo: string;
	/** n8n's log has it already, from who met it. */
	readonly isLogged?: boolean;
}

const REFUSALS: Readonly<Record<RefusalReason, Omit<TurnedAway, 'reason'>>> = {
	signature_missing: {
		what: 'it is not signed where a signature is expected',
		whatToDo: 'the sender does not sign, or not in the way that the credential says',
	},
	signature_malformed: {
		what: 'what stands where a signature is expected is none of this kind',
		whatToDo: 'the sender signs in another way than the credential says',
	},
	signature_mismatch: {
		what: 'the signature was not made of this body with the secret in the credential',
		whatToDo: "the secret in the credential is not the sender's, or a proxy changes the body",
	},
	timestamp_missing: {
		what: 'it does not say when it was signed',
		whatToDo: 'the sender does not say when it signed',
	},
	timestamp_outside_tolerance: {
		what: 'the time at which it was signed is too far from now',
		whatToDo: "the sender's clock or this one is wrong",
	},
	token_expired: {
		what: 'its token is no longer good',
		whatToDo: "the sender's clock or this one is wrong, or it came very late",
	},
	event_not_found: {
		what: "the provider's API does not know the event",
		whatToDo: "the API key is another account's, or the path of the event is wrong",
		isLogged: true,
	},
	source_address_not_allowed: {
		what: "its address is not among 'Allowed Source Addresses'",
		whatToDo:
			"'Allowed Source Addresses' leaves the sender out, or n8n behind a proxy needs N8N_PROXY_HOPS",
	},
};

/**
 * Says what is wrong with a delivery.
 *
 * @param problem what failed on our side, if that was it
 * @returns undefined where nothing is: accepted, a duplicate, not selected, or its copy is under way
 */
export function turnedAway<Settings>(
	context: IWebhookFunctions,
	trigger: WebhookTrigger<Settings>,
	outcome: Outcome,
	problem?: string,
): TurnedAway | undefined {
	switch (outcome.kind) {
		case 'refused':
			return { reason: outcome.reason, ...REFUSALS[outcome.reason] };
		case 'malformed':
			return {
				reason: 'body_malformed',
				what: `it is authentic, but cannot be read: ${outcome.detail}`,
				whatToDo: 'the sender sends another kind of body than this trigger is for',
			};
		case 'unavailable': {
			if (outcome.isBusy === true) return undefined;
			const reason = 'verification_unavailable';
			if (outcome.withoutSecret === true) {
				const missing = missingSecret(context, trigger);
				return { reason, what: `nothing can be verified: ${missing}`, whatToDo: missing };
			}
			const what = problem ?? "it could not be verified this moment, n8n's log says why";
			const whatToDo = problem ?? "n8n's log says why they cannot be verified";
			return { reason, what, whatToDo, isLogged: true };
		}
		default:
			return undefined;
	}
}

function missingSecret<Settings>(
	context: IWebhookFunctions,
	{ credential: { label, secretField, name } }: WebhookTrigger<Settings>,
): string {
	return context.getNode().credentials?.[name] === undefined
		? `no credential '${label}' is selected`
		: `'${secretField}' is empty or cannot be used in the credential '${label}'`;
}
