import type { IWebhookFunctions } from 'n8n-workflow';
import type { Claim } from '../../../lib/receive/claims';
import type { Answer } from '../../../lib/receive/provider';
import type { AwaitedRun } from './awaitedRuns';

export type WebhookResponse = ReturnType<IWebhookFunctions['getResponseObject']>;

/** n8n answers or fails within this; after it, a delivery may be tried again. */
const LONGEST_ANSWER_MS = 15 * 60_000;

/** What is told of a workflow that failed; nothing of its data or its error. */
const FAILED: Answer = { status: 500, headers: {}, body: { error: 'workflow_failed' } };

/** Answers a delivery that n8n is not to answer. */
export function writeAnswer(response: WebhookResponse, answer: Answer): void {
	setHead(response, answer);
	if (typeof answer.body === 'string') response.send(answer.body);
	else response.json(answer.body);
}

function setHead(response: WebhookResponse, { status, headers, body }: Answer): void {
	if (typeof body === 'string') response.setHeader('Content-Type', 'text/plain; charset=utf-8');
	for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
	response.status(status);
}

/** What depends on the answer that n8n gives to an accepted delivery. */
interface Accepted {
	/** What the sender gets where all is well. */
	readonly answer: Answer;
	/** Undefined for a test event. */
	readonly claim: Claim | undefined;
	/** Undefined: the sender is answered as soon as n8n has stored the execution. */
	readonly run: AwaitedRun | undefined;
	/** Called when n8n has stored the execution. */
	readonly onStored?: () => void;
}

/**
 * Settles what depends on n8n's own answer, and makes it the provider's. n8n answers an accepted event
 * only after it stored the execution, so a 2xx means stored, and anything else that nothing was.
 *
 * The answer counts when n8n gives it, not when the provider has read it: a provider that hung up
 * will come again, and must then meet a duplicate.
 */
export function settleByAnswer(
	response: WebhookResponse,
	{ answer, claim, run, onStored }: Accepted,
): void {
	const { end } = response;
	const givenUp = setTimeout(() => {
		run?.end(false);
		void claim?.release();
	}, LONGEST_ANSWER_MS);
	givenUp.unref();
	if (run !== undefined) void claim?.keep();
	response.end = function settle(this: WebhookResponse, ...args: unknown[]) {
		response.end = end;
		clearTimeout(givenUp);
		const isStored = response.statusCode >= 200 && response.statusCode < 300;
		if (!isStored) {
			run?.end(false);
			void claim?.release();
		} else if (run === undefined) {
			void claim?.store();
			onStored?.();
			setHead(response, answer);
		} else {
			run.stored();
			void answerAtEnd(response, { answer, claim, run });
			return this;
		}
		Reflect.apply(end, this, args);
		return this;
	};
}

/** n8n has written its answer, but not sent it: another takes its place when the workflow has ended. */
async function answerAtEnd(
	response: WebhookResponse,
	{ answer, claim, run }: Accepted & { readonly run: AwaitedRun },
): Promise<void> {
	const isDone = await run.ended;
	// A store that is away must not keep the answer back.
	await Promise.allSettled([isDone ? claim?.store() : claim?.release()]);
	for (const name of ['Content-Length', 'ETag', 'Content-Type']) response.removeHeader(name);
	writeAnswer(response, isDone ? answer : FAILED);
}
