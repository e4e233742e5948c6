import type {
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { assertSelectsSome } from '../../../lib/event/pattern';
import { Rarely } from '../../../lib/flow/rarely';
import {
	answerFor,
	type AcceptedItem,
	type Delivery,
	type Outcome,
	type WebhookProvider,
} from '../../../lib/receive/provider';
import { receive } from '../../../lib/receive/receive';
import { answersAtEnd } from './answerOption';
import type { AwaitedRun } from './awaitedRuns';
import { explained } from './explainRefusal';
import { claimsForDelivery, claimsOf } from './nodeClaims';
import { keepInOutbox } from './passOverCluster';
import { notePassedOver, type PassedOver, selectsEvent } from './refusedDeliveries';
import { refusedTest } from './refusedTest';
import { defaultTriggerOptions, readTriggerOptions, triggerSettings } from './triggerSettings';
import { turnedAway } from './turnedAway';
import type { WebhookTrigger } from './webhookTrigger';
import { settleByAnswer, writeAnswer } from './writeAnswer';

/** When a provider may ask again after something unexpected on our side. */
const RETRY_AFTER_SECONDS = 30;

/** Of a body whose bytes n8n does not give. */
const UNREAD = {
	detail:
		'body: n8n cannot hand it over as it came: it is multipart, larger than N8N_PAYLOAD_SIZE_MAX (16 MB by default), or badly compressed',
	unread:
		'the body is multipart, larger than N8N_PAYLOAD_SIZE_MAX (16 MB by default), or badly compressed. Let the sender send JSON, a form, text or bytes, or increase N8N_PAYLOAD_SIZE_MAX',
};

/** One line for each node and problem in this time, however many deliveries meet it. */
const rarely = new Rarely(10 * 60_000);

/**
 * The body of `webhook()` of every webhook trigger. It never throws: n8n would answer 500 and start
 * an execution for a request that may be forged.
 */
export async function receiveWebhook<Settings>(
	context: IWebhookFunctions,
	trigger: WebhookTrigger<Settings>,
): Promise<IWebhookResponseData> {
	const provider = trigger.provider(context);
	const { outcome, problem, explain, refusedIntervalMs } = await decide(context, trigger, provider);
	if (outcome.kind !== 'accepted') {
		writeAnswer(context.getResponseObject(), provider.answer?.(outcome) ?? answerFor(outcome));
		let refused = turnedAway(context, trigger, outcome, problem);
		if (refused !== undefined && explain !== undefined) {
			refused = await explained(context, refused, explain);
		}
		return tellPassedOver(context, {
			provider: provider.name,
			refused,
			kind: outcome.kind === 'duplicate' || outcome.kind === 'ignored' ? outcome.kind : 'refused',
			intervalMs: refusedIntervalMs,
		});
	}
	const { items, claim } = outcome;
	let run: AwaitedRun | undefined;
	try {
		const answer = provider.answer?.(outcome) ?? answerFor(outcome);
		const data = await Promise.all(items.map(async (item) => await itemOf(context, item)));
		if (claim !== undefined && answersAtEnd(context)) {
			run = claimsOf(context).runs.expect(items.map(({ envelope }) => envelope.dedupekey));
		}
		const { cluster } = claim === undefined ? {} : claimsOf(context);
		settleByAnswer(context.getResponseObject(), {
			answer,
			claim,
			run,
			...(cluster && { onStored: () => void keepInOutbox(cluster, data) }),
		});
		// n8n sends this body itself, after it stored the execution.
		return { webhookResponse: answer.body, workflowData: [data] };
	} catch (error) {
		run?.end(false);
		await claim?.release();
		return answerFailed(context, error);
	}
}

/** Answers that something failed on our side, which n8n's log tells. */
export function answerFailed(context: IWebhookFunctions, error: unknown): IWebhookResponseData {
	writeAnswer(context.getResponseObject(), answerFor(failed(context, error).outcome));
	return { noWebhookResponse: true };
}

/**
 * Tells a delivery that started nothing, and is answered, where its user looks: in the editor that listens
 * for one, in n8n's log, and in the event that is due.
 */
export function tellPassedOver(
	context: IWebhookFunctions,
	passed: Omit<PassedOver, 'address'>,
): IWebhookResponseData {
	const { refused } = passed;
	if (context.getMode() === 'manual') {
		return refused === undefined ? { noWebhookResponse: true } : refusedTest(refused);
	}
	const address = context.getRequestObject().ip ?? 'unknown';
	const item = notePassedOver(context, { ...passed, address });
	return { noWebhookResponse: true, ...(item === undefined ? {} : { workflowData: [[item]] }) };
}

/** What became of a delivery, and what the user wants to be told of it. */
interface Decision {
	readonly outcome: Outcome;
	/** What failed on our side. */
	readonly problem?: string;
	/** What the provider can say of a refusal. */
	readonly explain?: () => Promise<string | undefined>;
	readonly refusedIntervalMs: number;
}

async function decide<Settings>(
	context: IWebhookFunctions,
	trigger: WebhookTrigger<Settings>,
	provider: WebhookProvider<Settings>,
): Promise<Decision> {
	let refusedIntervalMs = defaultTriggerOptions(trigger.deduplication).refusedIntervalMs;
	try {
		const delivery = await readDelivery(context);
		const options = readTriggerOptions(context, trigger.deduplication);
		({ refusedIntervalMs } = options);
		if (delivery === undefined) {
			return { outcome: { kind: 'malformed', ...UNREAD }, refusedIntervalMs };
		}
		const isTest = context.getMode() === 'manual';
		const settings = triggerSettings(context, trigger);
		const outcome = await receive({
			provider,
			settings,
			delivery,
			policy: {
				// Read only when an event has come so far: most of what a forgery costs is reading.
				selects: (event) => {
					const events = context.getNodeParameter('events', []);
					if (selectsEvent(events, event)) return trigger.selects?.(context, event) ?? true;
					assertSelectsSome(events);
					return false;
				},
				sourceAddressAllowed: options.sourceAddressCheck(),
				acceptUnverified: options.acceptUnverified,
				deduplicationWindowMs: options.deduplicationWindowMs,
			},
			claims: isTest ? undefined : claimsForDelivery(context, options.deduplicationCapacity),
		});
		if (outcome.kind !== 'refused' || provider.explainRefusal === undefined) {
			return { outcome, refusedIntervalMs };
		}
		const explain = async () => {
			const current = await settings.current();
			return current === undefined
				? undefined
				: provider.explainRefusal?.(delivery, current, outcome.reason);
		};
		return { outcome, explain, refusedIntervalMs };
	} catch (error) {
		return { ...failed(context, error), refusedIntervalMs };
	}
}

async function itemOf(
	context: IWebhookFunctions,
	{ envelope, binary }: AcceptedItem,
): Promise<INodeExecutionData> {
	const json = { ...envelope } as unknown as IDataObject;
	if (binary === undefined) return { json };
	const { data, fileName, mimeType } = binary;
	return {
		json,
		binary: { data: await context.helpers.prepareBinaryData(data, fileName, mimeType) },
	};
}

/** Told in n8n's log; the sender is asked to come again. */
function failed(context: IWebhookFunctions, error: unknown): Omit<Decision, 'refusedIntervalMs'> {
	const problem = error instanceof Error ? error.message : 'unknown';
	const workflowId = context.getWorkflow().id;
	const node = context.getNode();
	// A sender that repeats each of its events must not flood the log.
	const words = `Could not check a delivery, answered 503: ${problem}`;
	rarely.tell(`${workflowId}:${node.id}:${problem}`, words, (told) =>
		context.logger.warn(told, { node: node.name, workflowId }),
	);
	return { outcome: { kind: 'unavailable', retryAfterSeconds: RETRY_AFTER_SECONDS }, problem };
}

/** Undefined where n8n has taken the body apart already (multipart) or cannot decode it. */
async function readDelivery(context: IWebhookFunctions): Promise<Delivery | undefined> {
	const request = context.getRequestObject();
	if (request.rawBody === undefined) {
		if (request.headers['content-type']?.toLowerCase().startsWith('multipart/')) return undefined;
		try {
			// n8n reads the bytes by itself only for the content types that it parses.
			await request.readRawBody();
		} catch {
			return undefined;
		}
	}
	return {
		rawBody: request.rawBody,
		headers: request.headers,
		url: () => urlOf(context),
		query: request.query,
		remoteAddress: request.ip ?? '',
		receivedAt: new Date(),
	};
}

/** n8n knows from its settings what it is called outside; the request may have come through a proxy. */
function urlOf(context: IWebhookFunctions): string {
	const { originalUrl } = context.getRequestObject();
	const query = originalUrl.indexOf('?');
	const address = context.getNodeWebhookUrl('default') ?? '';
	return query < 0 ? address : address + originalUrl.slice(query);
}
