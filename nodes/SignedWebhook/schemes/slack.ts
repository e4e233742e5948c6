import { isObject, isText } from '../../../lib/event/json';
import type { Answer } from '../../../lib/receive/provider';
import { textKeys } from '../../../lib/signature/secretKeys';
import { parseFormPayload } from '../parseBody';
import type { WebhookScheme } from '../webhookScheme';

/**
 * Slack: events as JSON, interactions as a form whose `payload` holds JSON, slash commands as the fields
 * of a form; each signed over its bytes. A request URL is asked for its challenge once.
 *
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 * @see https://docs.slack.dev/reference/events/url_verification
 */
export const slack: WebhookScheme = {
	name: 'slack',
	label: 'Slack',
	source: '/slack',
	secretHint:
		'At api.slack.com/apps, open the app, then Basic Information > App Credentials > Signing Secret.',
	documentation: 'https://docs.slack.dev/authentication/verifying-requests-from-slack',
	repeats:
		'Slack waits 3 seconds and repeats an event three times after any answer other than 2xx: at once, after one minute and after five. Slash commands and interactions are not repeated.',
	parse: parseFormPayload,
	variants: [
		{
			signature: {
				signature: {
					headers: ['x-slack-signature'],
					form: 'whole',
					named: { v0: { algorithm: 'sha256', encoding: 'hex', prefix: 'v0=' } },
				},
				signed: 'v0:{timestamp}:{body}',
				timestamp: {
					places: ['header:x-slack-request-timestamp'],
					unit: 'seconds',
					toleranceSeconds: 300,
				},
				keys: textKeys('sha256'),
			},
			event: {
				// Of an interaction, such as `block_actions`, the type is that of the body.
				name: ['body:event.type', 'body:command', 'body:type'],
				id: ['body:event_id', 'body:trigger_id'],
				idIsSigned: true,
				time: ['body:event_time', 'header:x-slack-request-timestamp'],
				subject: [
					'body:event.channel',
					'body:event.channel.id',
					'body:event.item.channel',
					'body:channel.id',
					'body:channel_id',
				],
				account: ['body:team_id', 'body:team.id', 'body:enterprise.id'],
			},
		},
	],
	challenge,
	// Slack shows what answers a slash command, and takes it amiss where it answers a dialog.
	answer: ({ kind }) =>
		kind === 'accepted' || kind === 'duplicate' || kind === 'ignored'
			? { status: 200, headers: { 'X-Webhook-Outcome': kind }, body: '' }
			: undefined,
};

function challenge(body: unknown): Answer | undefined {
	if (!isObject(body)) return undefined;
	if (body.type === 'url_verification' && isText(body.challenge)) {
		return { status: 200, headers: {}, body: { challenge: body.challenge } };
	}
	// Whether the certificate of a slash command's URL is good.
	return body.ssl_check === '1' ? { status: 200, headers: {}, body: '' } : undefined;
}
