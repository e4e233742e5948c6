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
		what: 'it has no signature where one is expected',
		whatToDo: 'the sender does not sign, or signs in a different way than set in the credential',
	},
	signature_malformed: {
		what: 'the signature does not have the expected format',
		whatToDo: 'the sender signs in a different way than set in the credential',
	},
	signature_mismatch: {
		what: 'the signature does not match this body and the secret in the credential',
		whatToDo: "the secret in the credential is not the sender's, or a proxy changes the body",
	},
	timestamp_missing: {
		what: 'it has no signature time',
		whatToDo: 'the sender does not send the signature time',
	},
	timestamp_outside_tolerance: {
		what: 'the signature time is too far from now',
		whatToDo: "the sender's clock or the clock of n8n is wrong",
	},
	token_expired: {
		what: 'its token has expired',
		whatToDo: "the sender's clock or the clock of n8n is wrong, or the delivery came very late",
	},
	event_not_found: {
		what: "the provider's API does not know the event",
		whatToDo: 'the API key belongs to another account, or the event path is wrong',
		isLogged: true,
	},
	source_address_not_allowed: {
		what: "its address is not in 'Allowed Source Addresses'",
		whatToDo:
			"add the sender to 'Allowed Source Addresses', or set N8N_PROXY_HOPS if n8n is behind a proxy",
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
				what:
					outcome.unread === undefined
						? `it is authentic, but can't be read: ${outcome.detail}`
						: "n8n can't read its body, so nothing was verified",
				whatToDo:
					outcome.unread ?? 'the sender sends a different kind of body than this trigger expects',
			};
		case 'unavailable': {
			if (outcome.isBusy === true) return undefined;
			const reason = 'verification_unavailable';
			if (outcome.withoutSecret === true) {
				const missing = missingSecret(context, trigger);
				return { reason, what: `nothing can be verified: ${missing}`, whatToDo: missing };
			}
			const what = problem ?? 'it could not be verified right now; see the n8n log';
			const whatToDo = problem ?? 'see the n8n log for the reason';
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
		: `'${secretField}' is empty or can't be used in the credential '${label}'`;
}
