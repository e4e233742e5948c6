import { NodeOperationError } from 'n8n-workflow';
import {
	askProvider,
	callProvider,
	providerError,
	type ApiContext,
	type ApiRequest,
} from '../shared/providerApi/providerApi';
import { EVOLUTION_API, reason } from './api';
import { baseEventsOf } from './eventNames';

/** The settings of an instance's webhook, as `POST /webhook/set/{instance}` takes them. */
export interface WebhookSettings {
	readonly enabled: boolean;
	readonly url: string;
	readonly headers: Readonly<Record<string, unknown>>;
	/** Whether the event's name is added to the URL. */
	readonly byEvents: boolean;
	/** Whether files are put into the body. */
	readonly base64: boolean;
	/** Empty: all that the server knows. To leave the list out makes the server fail. */
	readonly events: readonly string[];
}

/** Column of the server's database. */
const LONGEST_URL = 500;

/**
 * Writes an instance's webhook. A server that does not know some of the events refuses them all, so
 * it is asked again without these, and the log says which.
 *
 * @throws {NodeOperationError} that says what happened and what to do
 */
export async function setWebhook(
	context: ApiContext,
	instance: string,
	settings: WebhookSettings,
): Promise<void> {
	const what = `set the webhook of instance ${instance}`;
	if (settings.url.length > LONGEST_URL) {
		throw new NodeOperationError(
			context.getNode(),
			`Evolution API could not ${what}: it keeps ${LONGEST_URL} characters of a URL, and this one has ${settings.url.length}. Use a shorter address; that of a trigger comes from WEBHOOK_URL in n8n.`,
		);
	}
	const request = (events: readonly string[]): ApiRequest => ({
		method: 'POST',
		url: `/webhook/set/${encodeURIComponent(instance)}`,
		body: { webhook: { ...settings, events } },
	});
	const first = await askProvider(EVOLUTION_API, context, what, request(settings.events));
	if (first.statusCode >= 200 && first.statusCode < 300) return;
	const refusal = providerError(EVOLUTION_API, context, what, first);
	if (first.statusCode !== 400 || settings.events.length === 0) throw refusal;
	const known = knownEvents(reason(first.body), settings.events);
	if (known.length === settings.events.length) throw refusal;
	const leftOut = settings.events.filter((name) => !known.includes(name)).join(', ');
	if (known.length === 0) {
		throw new NodeOperationError(
			context.getNode(),
			`Evolution API could not ${what}: this version knows none of the events that are needed (${leftOut}). Choose others in 'Events', or update the server.`,
		);
	}
	await callProvider(EVOLUTION_API, context, what, request(known));
	context.logger.warn(
		`Evolution API: this version does not know the events ${leftOut}; instance ${instance} delivers without them.`,
	);
}

/**
 * Which of the events a server knows, by its words on a list that it refused:
 * `webhook.events[2] is not one of enum values: APPLICATION_STARTUP,QRCODE_UPDATED,…`. Where they
 * cannot be read, those that every version knows; all, where it speaks of something else.
 */
export function knownEvents(words: string, sent: readonly string[]): string[] {
	if (!/events/i.test(words)) return [...sent];
	const listed = /enum values:\s*([A-Z0-9_,\s]+)/.exec(words)?.[1]?.split(/[,\s]+/);
	if (listed !== undefined) return sent.filter((name) => listed.includes(name));
	const refused = [...words.matchAll(/events\[(\d{1,3})\]/g)].map(([, index]) => Number(index));
	if (refused.length > 0) return sent.filter((_name, index) => !refused.includes(index));
	return baseEventsOf(sent);
}
