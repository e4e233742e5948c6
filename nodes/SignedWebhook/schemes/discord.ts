import { fieldOf, isObject, textOf } from '../../../lib/event/json';
import type { Answer, Outcome } from '../../../lib/receive/provider';
import { ed25519Keys } from '../../../lib/signature/secretKeys';
import { valueAt, type PlaceSource } from '../../../lib/signature/valuePlace';
import type { WebhookScheme } from '../webhookScheme';

/** Types of interactions, https://docs.discord.com/developers/interactions/receiving-and-responding */
const INTERACTIONS = new Map<unknown, string>([
	[2, 'APPLICATION_COMMAND'],
	[3, 'MESSAGE_COMPONENT'],
	[4, 'APPLICATION_COMMAND_AUTOCOMPLETE'],
	[5, 'MODAL_SUBMIT'],
]);

const json = (body: Readonly<Record<string, unknown>>): Answer => ({
	status: 200,
	headers: {},
	body,
});

/** Discord shows "thinking" until the workflow edits the response, for 15 minutes at most. */
const ANSWER_FOLLOWS = json({ type: 5 });

const ANSWERS = new Map<unknown, Answer>([
	[2, ANSWER_FOLLOWS],
	// Nothing changes where the user clicked.
	[3, json({ type: 6 })],
	[4, json({ type: 8, data: { choices: [] } })],
	[5, ANSWER_FOLLOWS],
]);

const PONG = json({ type: 1 });

/** Of a webhook event, which is answered without a body. */
const NOTED: Answer = { status: 204, headers: {}, body: '' };

/**
 * Discord: interactions and webhook events of an app, signed with Ed25519. Both ask whether the address
 * is there; both now and then come with a wrong signature on purpose. An interaction must be answered as
 * one within 3 seconds, or Discord says that the app did not respond.
 *
 * @see https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers
 * @see https://docs.discord.com/developers/events/webhook-events
 */
export const discord: WebhookScheme = {
	name: 'discord',
	label: 'Discord',
	source: '/discord',
	secretHint:
		'In the Discord Developer Portal, open the application, then General Information > Public Key.',
	documentation:
		'https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers',
	repeats:
		'Discord waits 3 seconds. It repeats webhook events for up to 10 minutes, interactions never.',
	whyMismatch:
		'Discord itself sends a wrong signature now and then, to test the address. Otherwise, the Public Key in the credential is not that of the application, or a proxy changes the body',
	challenge: ping,
	answer,
	variants: [
		{
			signature: {
				signature: {
					headers: ['x-signature-ed25519'],
					form: 'whole',
					named: { ed25519: { algorithm: 'ed25519', encoding: 'hex' } },
				},
				signed: '{timestamp}{body}',
				timestamp: {
					places: ['header:x-signature-timestamp'],
					unit: 'seconds',
					// As long as Discord repeats a webhook event, and the usual 5 minutes.
					toleranceSeconds: 900,
				},
				keys: ed25519Keys,
			},
			event: {
				name: ['body:event.type', interactionName],
				id: ['body:id'],
				idIsSigned: true,
				digestOf: 'body',
				time: ['body:event.timestamp'],
				subject: ['body:event.data.user.id', 'body:member.user.id', 'body:user.id'],
				account: ['body:application_id'],
			},
		},
	],
};

/** With the name of the command, so that a workflow can be for one of them. */
function interactionName(source: PlaceSource): string | undefined {
	const type = valueAt('body:type', source);
	const name = INTERACTIONS.get(type);
	if (name === undefined) return typeof type === 'number' ? `INTERACTION_${type}` : undefined;
	const command = type === 2 || type === 4 ? textOf(valueAt('body:data.name', source)) : undefined;
	return command === undefined ? name : `${name}.${command}`;
}

function ping(body: unknown): Answer | undefined {
	const type = fieldOf(body, 'type');
	if (isWebhookEvent(body)) return undefined;
	if (type === 1) return PONG;
	return type === 0 ? NOTED : undefined;
}

function isWebhookEvent(body: unknown): boolean {
	return isObject(fieldOf(body, 'event'));
}

function answer(outcome: Outcome): Answer | undefined {
	switch (outcome.kind) {
		case 'accepted':
			return isWebhookEvent(outcome.event.raw)
				? NOTED
				: ANSWERS.get(fieldOf(outcome.event.raw, 'type'));
		case 'duplicate':
		case 'ignored':
			return isWebhookEvent(outcome.event.raw) ? NOTED : undefined;
		default:
			return undefined;
	}
}
