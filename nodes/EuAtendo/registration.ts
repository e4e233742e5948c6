import { type IHookFunctions, NodeOperationError } from 'n8n-workflow';
import { z } from 'zod';
import { readPatterns } from '../../lib/event/pattern';
import type { WebhookSlot } from '../../lib/registration/slotRegistration';
import type { FoundWebhooks, WebhookAccountApi } from '../../lib/registration/webhookAccount';
import {
	askProvider,
	providerError,
	type ApiContext,
	callProvider,
	type ApiRequest,
} from '../shared/providerApi/providerApi';
import { slotTriggerRegistration } from '../shared/registration/slotTriggerRegistration';
import { EVOLUTION_API, EVOLUTION_CREDENTIAL, reason, evolutionAccount } from './api';
import { baseEventsOf, subscriptionFor, chosenInstances } from './scope';
import { deliveryHeaders, evolutionSettings } from './settings';

const flag = z.boolean().nullish().catch(null);

/** A row of `GET /webhook/find/{instance}`. */
const row = z
	.object({
		url: z.string().nullish(),
		enabled: flag,
		headers: z.record(z.unknown()).nullish().catch(null),
		events: z.array(z.string()).nullish().catch(null),
		webhookByEvents: flag,
		webhookBase64: flag,
	})
	.transform(({ url, enabled, headers, events, webhookByEvents, webhookBase64 }) => ({
		url: url ?? '',
		enabled: enabled ?? true,
		headers: headers ?? {},
		byEvents: webhookByEvents ?? false,
		base64: webhookBase64 ?? false,
		events: events ?? [],
	}));

/** What is kept of a webhook that we replace; its URL is kept beside it. */
const kept = z.object({
	enabled: z.boolean(),
	headers: z.record(z.unknown()),
	byEvents: z.boolean(),
	base64: z.boolean(),
	events: z.array(z.string()),
});

/** Where the settings of an earlier webhook are lost: everything, as the server does by default. */
const DEFAULTS = { enabled: true, headers: {}, byEvents: false, base64: false, events: [] };

/**
 * The webhook of one instance, of which there is only one: `GET /webhook/find/{instance}` and
 * `POST /webhook/set/{instance}`.
 *
 * @param events Evolution API's names; empty: all
 */
export function instanceWebhook(
	context: ApiContext,
	instance: string,
	events: readonly string[],
): WebhookAccountApi {
	return {
		holdsMany: false,
		async read(): Promise<WebhookSlot> {
			const found = await readRow(context, instance, { isRequired: false });
			if (found === undefined) return { url: null };
			const { url, ...settings } = found;
			const drift = await driftOf(context, found, events);
			return {
				url,
				rest: JSON.stringify(settings),
				...(drift === undefined ? {} : { drift }),
			};
		},
		async look(ownUrl): Promise<FoundWebhooks> {
			const found = await readRow(context, instance, { isRequired: true });
			if (found === undefined) return { webhooks: [] };
			const { url, enabled, byEvents, base64 } = found;
			const secret = await secretOf(context, found);
			const webhooks = [
				{ url, enabled, events: found.events, secret, settings: { byEvents, base64 } },
			];
			if (url !== ownUrl) return { webhooks };
			const drift = (await driftOf(context, found, events)) ?? eventsDrift(found, events);
			return { webhooks, ...(drift === undefined ? {} : { drift }) };
		},
		async take({ url, secret }) {
			const settings = evolutionSettings(await context.getCredentials(EVOLUTION_CREDENTIAL.name));
			const headers = settings === undefined ? {} : deliveryHeaders(settings, secret);
			await setWebhook(context, instance, { ...DEFAULTS, url, headers, events });
		},
		async giveBack({ url, rest }, ownUrl) {
			if (url === null) {
				await switchOff(context, instance, ownUrl);
				return;
			}
			const earlier = rest ? kept.parse(JSON.parse(rest)) : DEFAULTS;
			await setWebhook(context, instance, { ...earlier, url });
		},
		async clear([url]) {
			if (url !== undefined) await switchOff(context, instance, url);
		},
	};
}

/** A webhook cannot be removed and never be without a URL, only be switched off. */
async function switchOff(context: ApiContext, instance: string, url: string): Promise<void> {
	await setWebhook(context, instance, { ...DEFAULTS, enabled: false, url });
}

/** @param isRequired whether an instance that does not exist is an error */
async function readRow(
	context: ApiContext,
	instance: string,
	{ isRequired }: { readonly isRequired: boolean },
): Promise<WebhookSettings | undefined> {
	const what = `read the webhook of instance ${instance}`;
	const answer = await askProvider(EVOLUTION_API, context, what, {
		method: 'GET',
		url: `/webhook/find/${encodeURIComponent(instance)}`,
	});
	// An instance that was deleted delivers nowhere; to register on it fails when it is written.
	const isMissing = answer.statusCode === 404;
	if (isMissing && (!isRequired || NO_WEBHOOK.test(reason(answer.body)))) return undefined;
	if (answer.statusCode < 200 || answer.statusCode >= 300) {
		throw providerError(EVOLUTION_API, context, what, answer);
	}
	const found = row.safeParse(answer.body).data;
	return found === undefined || found.url === '' ? undefined : found;
}

/** Some versions say 404 of an instance without a webhook, too. */
const NO_WEBHOOK = /^webhook not found/i;

/** Whether more or other events are subscribed than wanted; of an empty list (all), none are. */
function eventsDrift(found: WebhookSettings, wanted: readonly string[]): string | undefined {
	if (wanted.length === 0) return undefined;
	const isSame =
		found.events.length === wanted.length && wanted.every((name) => found.events.includes(name));
	return isSame ? undefined : 'its events differ';
}

/** What deliveries are signed with: null nothing, undefined not told. */
async function secretOf(
	context: ApiContext,
	{ headers }: WebhookSettings,
): Promise<string | null | undefined> {
	const settings = evolutionSettings(await context.getCredentials(EVOLUTION_CREDENTIAL.name));
	const [header = 'jwt_key'] =
		settings === undefined ? [] : Object.keys(deliveryHeaders(settings, ''));
	const value = headers[header];
	if (isMasked(value)) return undefined;
	return typeof value === 'string' ? value : null;
}

/** What of our own webhook somebody changed, in words that show no secret. */
async function driftOf(
	context: ApiContext,
	found: WebhookSettings,
	wanted: readonly string[],
): Promise<string | undefined> {
	if (!found.enabled) return 'it was turned off';
	if (found.byEvents) return "it added the event's name to the URL";
	if (baseEventsOf(wanted).some((name) => !found.events.includes(name))) {
		return 'it left out events';
	}
	const settings = evolutionSettings(await context.getCredentials(EVOLUTION_CREDENTIAL.name));
	const isSigned = settings?.secrets.some((secret) =>
		Object.entries(deliveryHeaders(settings, secret)).every(
			([name, value]) => found.headers[name] === value || isMasked(found.headers[name]),
		),
	);
	return isSigned === false ? 'its secret was different' : undefined;
}

/** A value that is shown as dots is one that is not shown. */
function isMasked(value: unknown): boolean {
	return typeof value === 'string' && /^[*•.]+$/.test(value);
}

/** Registers the workflow's URL and secret on one or all instances of Evolution API. */
export const evolutionRegistration = slotTriggerRegistration({
	...evolutionAccount,
	targets: chosenInstances,
	api: (context, instance) => instanceWebhook(context, instance, wantedEvents(context)),
});

function wantedEvents(context: IHookFunctions): string[] {
	return subscriptionFor(readPatterns(context.getNodeParameter('events', [])));
}

/** The settings of an instance's webhook, as `POST /webhook/set/{instance}` takes them. */
interface WebhookSettings {
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
async function setWebhook(
	context: ApiContext,
	instance: string,
	settings: WebhookSettings,
): Promise<void> {
	const what = `set the webhook of instance ${instance}`;
	if (settings.url.length > LONGEST_URL) {
		throw new NodeOperationError(
			context.getNode(),
			`Evolution API could not ${what}: it stores URLs of up to ${LONGEST_URL} characters, and this one has ${settings.url.length}. Use a shorter URL. The URL of a trigger starts with WEBHOOK_URL of n8n.`,
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
function knownEvents(words: string, sent: readonly string[]): string[] {
	if (!/events/i.test(words)) return [...sent];
	const listed = /enum values:\s*([A-Z0-9_,\s]+)/.exec(words)?.[1]?.split(/[,\s]+/);
	if (listed !== undefined) return sent.filter((name) => listed.includes(name));
	const refused = [...words.matchAll(/events\[(\d{1,3})\]/g)].map(([, index]) => Number(index));
	if (refused.length > 0) return sent.filter((_name, index) => !refused.includes(index));
	return baseEventsOf(sent);
}
