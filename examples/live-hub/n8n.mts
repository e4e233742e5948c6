import { assertEnvelope, type EventEnvelope } from './envelope.mts';
import type { Past } from './history.mts';

/** Where n8n gives out its event history: the example workflow live-page-history. */
export interface HistoryAddress {
	readonly url: string;
	/** Sent as the header `x-live-page-key`. */
	readonly key: string;
}

/** An event that n8n received before, as its history tells it. */
export interface PastEvent extends Past {
	readonly event: EventEnvelope;
}

/** What became of a replay, as the example workflow live-page-replay says. */
export interface ReplayAnswer {
	/** `replayed`, `started`, `failed`, `skipped`, or `notFound`. */
	readonly outcome: string;
	/** Why, in words or as a reason word; empty: nothing to say. */
	readonly message: string;
	/** Number of the execution that replayed it. */
	readonly execution: string;
}

/** What n8n did not do, in words for whoever looks at the page. */
export class N8nProblem extends Error {
	override readonly name = 'N8nProblem';
	readonly wrongPassword: boolean;

	constructor(message: string, { wrongPassword = false } = {}) {
		super(message);
		this.wrongPassword = wrongPassword;
	}
}

/** A day of events may be read from a slow disk; in milliseconds. */
const HISTORY_LIMIT_MS = 120_000;
/** The workflow waits for the replay to end; in milliseconds. */
const REPLAY_LIMIT_MS = 300_000;
const REFUSED = [401, 403];

/** The user name of the Basic Auth credential; the password is what counts. */
export const REPLAY_USER = 'live-page';

/**
 * Asks n8n for its newest events.
 *
 * @param since only those that came in later; undefined: those of the last day
 * @throws {N8nProblem}
 */
export async function readHistory(
	{ url, key }: HistoryAddress,
	since: Date | undefined,
	signal: AbortSignal,
): Promise<PastEvent[]> {
	const response = await post(
		url,
		{ since: since?.toISOString() },
		{
			headers: { 'x-live-page-key': key },
			signal: AbortSignal.any([signal, AbortSignal.timeout(HISTORY_LIMIT_MS)]),
		},
	);
	if (REFUSED.includes(response.status)) {
		throw new N8nProblem("n8n does not accept the hub's key for the history (HUB_HISTORY_KEY).");
	}
	const items = await jsonOf(response, 'live-page-history');
	return (Array.isArray(items) ? items : [items]).map(pastEvent).filter((one) => one !== undefined);
}

/**
 * Lets n8n run the event of an execution again.
 *
 * @throws {N8nProblem}
 */
export async function askForReplay(
	url: string,
	password: string,
	executionId: string,
): Promise<ReplayAnswer> {
	const authorization = `Basic ${Buffer.from(`${REPLAY_USER}:${password}`).toString('base64')}`;
	const response = await post(
		url,
		{ executionId },
		{
			headers: { authorization },
			signal: AbortSignal.timeout(REPLAY_LIMIT_MS),
		},
	);
	if (REFUSED.includes(response.status)) {
		throw new N8nProblem(
			'The password is wrong. npm start prints it below the address of the page.',
			{
				wrongPassword: true,
			},
		);
	}
	const answer = fields(await jsonOf(response, 'live-page-replay'));
	return {
		outcome: text(answer.outcome),
		message: text(answer.message),
		execution: text(answer.execution),
	};
}

async function post(
	url: string,
	body: object,
	{ headers, signal }: { headers: Record<string, string>; signal: AbortSignal },
): Promise<Response> {
	try {
		return await fetch(url, {
			method: 'POST',
			headers: { ...headers, 'content-type': 'application/json' },
			body: JSON.stringify(body),
			redirect: 'error',
			signal,
		});
	} catch (error) {
		const isLate = error instanceof Error && error.name === 'TimeoutError';
		throw new N8nProblem(
			isLate
				? 'n8n took too long to answer. See its list of executions.'
				: `n8n does not answer at ${new URL(url).origin}. Start it.`,
		);
	}
}

async function jsonOf(response: Response, workflow: string): Promise<unknown> {
	if (response.status === 404) {
		throw new N8nProblem(`The workflow ${workflow} is not published in n8n. Publish it.`);
	}
	try {
		if (response.ok) return await response.json();
	} catch {
		// Answered below, as what is no JSON.
	}
	throw new N8nProblem(
		`The workflow ${workflow} failed (${response.status}). See its executions in n8n.`,
	);
}

/** Undefined where the item tells of no event, as where n8n found none. */
function pastEvent(item: unknown): PastEvent | undefined {
	const { event, status, startedAt, executionUrl } = fields(item);
	const receivedAt = new Date(text(startedAt));
	if (Number.isNaN(receivedAt.getTime())) return undefined;
	try {
		assertEnvelope(event);
	} catch {
		return undefined;
	}
	return {
		event: { ...event, executionurl: text(executionUrl) },
		receivedAt: receivedAt.toISOString(),
		status: text(status),
	};
}

function fields(value: unknown): Record<string, unknown> {
	return Object.fromEntries(
		typeof value === 'object' && value !== null ? Object.entries(value) : [],
	);
}

function text(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
