import type { IWebhookFunctions } from 'n8n-workflow';
import { Rarely } from '../../../lib/flow/rarely';
import type { Outcome, RefusalReason } from '../../../lib/receive/provider';
import type { WebhookTrigger } from './webhookTrigger';

/** Anybody may send what is refused: one line for each node and reason in this time. */
const rarely = new Rarely(3_600_000);

/** What to look at where what was refused is genuine. */
const ADVICE: Readonly<Record<Exclude<RefusalReason, 'event_not_found'>, string>> = {
	signature_missing: 'the sender does not sign, or not in the way that the credential says',
	signature_malformed: 'the sender signs in another way than the credential says',
	signature_mismatch: "the secret in the credential is not the sender's",
	timestamp_missing: 'the sender does not say when it signed',
	timestamp_outside_tolerance: "the sender's clock or this one is wrong",
	token_expired: "the sender's clock or this one is wrong, or it came very late",
	source_address_not_allowed:
		"'Allowed Source Addresses' leaves the sender out, or n8n behind a proxy needs N8N_PROXY_HOPS",
};

/**
 * Writes into n8n's log what only the sender would see otherwise: that deliveries are refused, such as
 * after a secret was mistyped, and that there is none to verify with.
 */
export function tellTurnedAway<Settings>(
	context: IWebhookFunctions,
	{ credential }: WebhookTrigger<Settings>,
	outcome: Outcome,
): void {
	if (outcome.kind === 'refused') {
		const { reason } = outcome;
		// Who asks its API for the event tells itself what that said.
		if (reason === 'event_not_found') return;
		tell(
			context,
			reason,
			`Deliveries are refused with 401 ${reason}. If they are genuine: ${ADVICE[reason]}. Told at most once an hour.`,
		);
	} else if (outcome.kind === 'unavailable' && outcome.withoutSecret === true) {
		const { label, secretField, name } = credential;
		const isSelected = context.getNode().credentials?.[name] !== undefined;
		const missing = isSelected
			? `'${secretField}' is empty or cannot be used in the credential '${label}'`
			: `no credential '${label}' is selected`;
		tell(
			context,
			'withoutSecret',
			`Nothing can be verified, deliveries are answered 503: ${missing}. Told at most once an hour.`,
		);
	}
}

function tell(context: IWebhookFunctions, kind: string, words: string): void {
	const { id: workflowId } = context.getWorkflow();
	const node = context.getNode();
	rarely.tell(`${workflowId}:${node.id}:${kind}`, words, (told) =>
		context.logger.warn(told, { node: node.name, workflowId }),
	);
}
