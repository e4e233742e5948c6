import type {
	IDataObject,
	IWebhookFunctions,
	IWebhookResponseData,
	IExecuteFunctions,
	INodeExecutionData,
} from 'n8n-workflow';
import { assertSelectsSome, selectsType } from '../../../lib/event/pattern';
import { Rarely } from '../../../lib/flow/rarely';
import { type Claim, MemoryClaimStore } from '../../../lib/receive/claims';
import { HandledLog } from '../../../lib/receive/handledLog';
import {
	answerFor,
	type AcceptedItem,
	type Answer,
	type Delivery,
	type Outcome,
	type WebhookProvider,
} from '../../../lib/receive/provider';
import { receive } from '../../../lib/receive/receive';
import { tellTurnedAway } from './tellTurnedAway';
import { readTriggerOptions, triggerSettings } from './triggerSettings';
import type { WebhookTrigger } from './webhookTrigger';

/** When a provider may ask again after something unexpected on our side. */
const RETRY_AFTER_SECONDS = 30;

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
	const outcome = await decide(context, trigger, provider);
	if (outcome.kind !== 'accepted') {
		tellTurnedAway(context, trigger, outcome);
		return refuse(context, provider.answer?.(outcome) ?? answerFor(outcome));
	}
	const { items, claim } = outcome;
	try {
		const answer = provider.answer?.(outcome) ?? answerFor(outcome);
		const data = await Promise.all(items.map(async (item) => await itemOf(context, item)));
		if (claim !== undefined) settleClaimByAnswer(claim, context.getResponseObject());
		// n8n sends this body itself, after it stored the execution.
		return {
			webhookResponse: answer.body,
			workflowData: [data],
		};
	} catch (error) {
		await claim?.release();
		return refuse(context, answerFor(failed(context, error)));
	}
}

async function decide<Settings>(
	context: IWebhookFunctions,
	trigger: WebhookTrigger<Settings>,
	provider: WebhookProvider<Settings>,
): Promise<Outcome> {
	try {
		const delivery = await readDelivery(context);
		if (delivery === undefined) {
			return { kind: 'malformed', detail: 'body: cannot be read as bytes, send it as JSON' };
		}
		const options = readTriggerOptions(context, trigger.deduplication);
		const isTest = context.getMode() === 'manual';
		return await receive({
			provider,
			settings: triggerSettings(context, trigger),
			delivery,
			policy: {
				// Read only when an event has come so far: most of what a forgery costs is reading.
				selects: (event) => {
					const events = context.getNodeParameter('events', []);
					if (selectsType(events, event.type)) return trigger.selects?.(context, event) ?? true;
					assertSelectsSome(events);
					return false;
				},
				sourceAddressAllowed: options.sourceAddressCheck(),
				acceptUnverified: options.acceptUnverified,
				deduplicationWindowMs: options.deduplicationWindowMs,
			},
			claims: isTest ? undefined : claimsOf(context, options.deduplicationCapacity).claims,
		});
	} catch (error) {
		return failed(context, error);
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
function failed(context: IWebhookFunctions, error: unknown): Outcome {
	const problem = error instanceof Error ? error.message : 'unknown';
	const workflowId = context.getWorkflow().id;
	const node = context.getNode();
	// A sender that repeats each of its events must not flood the log.
	const words = `Could not check a delivery, answered 503: ${problem}`;
	rarely.tell(`${workflowId}:${node.id}:${problem}`, words, (told) =>
		context.logger.warn(told, { node: node.name, workflowId }),
	);
	return { kind: 'unavailable', retryAfterSeconds: RETRY_AFTER_SECONDS };
}

function refuse(context: IWebhookFunctions, answer: Answer): IWebhookResponseData {
	const response = context.getResponseObject();
	for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
	response.status(answer.status).json(answer.body);
	return { noWebhookResponse: true };
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

type WebhookResponse = ReturnType<IWebhookFunctions['getResponseObject']>;

/** n8n answers or fails within this; after it, a delivery may be tried again. */
const LONGEST_ANSWER_MS = 15 * 60_000;

/**
 * Settles a claim by n8n's own answer. n8n answers an accepted event only after it stored the
 * execution, so a 2xx means stored, and anything else that nothing was.
 *
 * The answer counts when n8n gives it, not when the provider has read it: a provider that hung up
 * will come again, and must then meet a duplicate.
 */
function settleClaimByAnswer(claim: Claim, response: WebhookResponse): void {
	const { end } = response;
	const givenUp = setTimeout(() => void claim.release(), LONGEST_ANSWER_MS);
	givenUp.unref();
	response.end = function settle(this: WebhookResponse, ...args: unknown[]) {
		response.end = end;
		clearTimeout(givenUp);
		const stored = response.statusCode >= 200 && response.statusCode < 300;
		void (stored ? claim.store() : claim.release());
		Reflect.apply(end, this, args);
		return this;
	};
}

/** Both phases of deduplication for one trigger node. */
interface NodeClaims {
	readonly claims: MemoryClaimStore;
	readonly handled: HandledLog;
}

/** One n8n process has one of these; module state is what the requests of a process share. */
const byNode = new Map<string, NodeClaims>();

/**
 * The claims of the trigger node that a request or execution belongs to.
 *
 * @param capacity stored keys at most
 */
export function claimsOf(
	context: IExecuteFunctions | IWebhookFunctions,
	capacity: number,
): NodeClaims {
	const scope = `${context.getWorkflow().id}:${context.getNode().id}`;
	let found = byNode.get(scope);
	if (found === undefined) {
		found = { claims: new MemoryClaimStore(capacity), handled: new HandledLog() };
		byNode.set(scope, found);
	}
	found.claims.capacity = capacity;
	return found;
}
