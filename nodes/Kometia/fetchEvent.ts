import { Readable } from 'node:stream';
import type { IWebhookFunctions } from 'n8n-workflow';
import { parseJson } from '../../lib/event/json';
import type { LookupAnswer } from '../../lib/flow/lookup';
import { readAtMost } from '../../lib/net/readAtMost';
import { retryAfterMs } from '../../lib/net/retry';
import { MalformedBodyError } from '../../lib/receive/provider';
import { readEvent } from './identify';
import { KOMETIA_CREDENTIAL } from './settings';

/** Kometia comes again by its own clock, hourly; this is for whoever asks sooner. */
const RETRY_AFTER_SECONDS = 60;
const LONGEST_RETRY_AFTER_SECONDS = 3_600;

/** A large order has some 100 KB. */
const MOST_BYTES = 5 * 1024 * 1024;

/** An event to ask Kometia for. */
interface EventRequest {
	readonly id: string;
	readonly url: string;
	readonly timeoutMs: number;
}

/** What n8n's helper gives for `encoding: 'stream'`. */
interface StreamedAnswer {
	readonly statusCode: number;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: Readable;
}

/** What became of it. `problem`: what whoever runs n8n should know, in words. */
interface EventAnswer {
	readonly answer: LookupAnswer<unknown>;
	readonly problem?: string;
}

/**
 * Asks Kometia's API for an event. Never throws; ends within the time limit.
 *
 * @see https://kometia.com/ayuda/desarrolladores/webhooks "Verificando eventos"
 */
export async function fetchEvent(
	context: IWebhookFunctions,
	request: EventRequest,
): Promise<EventAnswer> {
	const signal = AbortSignal.timeout(request.timeoutMs);
	try {
		const answer = await send(context, request, signal);
		if (answer.statusCode === 200) return await readAnswer(answer, request.id, signal);
		answer.body.destroy();
		return judge(answer, request.id);
	} catch {
		// The cause is left out: it may be anything, and the address tells where to look.
		return unavailable(
			`Kometia's API did not respond at ${new URL(request.url).origin} within ${request.timeoutMs / 1000} s. Check 'Base URL' in the credential '${KOMETIA_CREDENTIAL.label}' and that n8n can reach it.`,
		);
	}
}

async function send(
	context: IWebhookFunctions,
	{ url, timeoutMs }: EventRequest,
	abortSignal: AbortSignal,
): Promise<StreamedAnswer> {
	const answer: unknown = await context.helpers.httpRequestWithAuthentication.call(
		context,
		KOMETIA_CREDENTIAL.name,
		{
			method: 'GET',
			url,
			json: true,
			// n8n would otherwise read an answer of any size into memory.
			encoding: 'stream',
			timeout: timeoutMs,
			abortSignal,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		},
	);
	return answer as StreamedAnswer;
}

async function readAnswer(
	{ body }: StreamedAnswer,
	id: string,
	signal: AbortSignal,
): Promise<EventAnswer> {
	const bytes = await readAtMost(body, MOST_BYTES, signal);
	if (bytes === undefined) {
		return unavailable(`Kometia's response for event ${id} is larger than ${MOST_BYTES} bytes.`);
	}
	try {
		const value = parseJson(bytes);
		const told = readEvent(value).id;
		if (told === null) return noEvent(id, 'it has no id');
		if (told !== id) return missing(id, 'it returned a different event');
		return { answer: { state: 'found', value, bytes: bytes.length } };
	} catch (error) {
		return noEvent(id, error instanceof MalformedBodyError ? error.message : 'not valid JSON');
	}
}

function noEvent(id: string, why: string): EventAnswer {
	return unavailable(
		`Kometia's API did not return a valid event for ${id} (${why}). Check 'Event Path' in the node and 'Base URL' in the credential '${KOMETIA_CREDENTIAL.label}'.`,
	);
}

/** What any other status than 200 says of the event. */
function judge({ statusCode, headers }: StreamedAnswer, id: string): EventAnswer {
	if (statusCode === 404 || statusCode === 410) return missing(id, `it answered ${statusCode}`);
	if (statusCode === 401 || statusCode === 403) {
		const problem = `Kometia refuses the API key (it answered ${statusCode}), so no event can be verified. Enter a private key that can read events in 'API Key' of the credential '${KOMETIA_CREDENTIAL.label}'.`;
		return unavailable(problem, { credentialRefused: true });
	}
	const asked = Math.ceil((retryAfterMs(headers['retry-after']) ?? 0) / 1000);
	return unavailable(
		`Kometia's API did not return event ${id}: it answered ${statusCode}.${statusCode >= 300 && statusCode < 400 ? ` Redirects are not followed: check 'Base URL' in the credential '${KOMETIA_CREDENTIAL.label}'.` : ''}`,
		{ retryAfterSeconds: Math.min(asked, LONGEST_RETRY_AFTER_SECONDS) },
	);
}

function missing(id: string, why: string): EventAnswer {
	return {
		answer: { state: 'missing' },
		problem: `Kometia's API does not know event ${id} (${why}), so the delivery was refused as forged. If it was genuine, check 'Event Path' in the node and that the API key belongs to this store.`,
	};
}

function unavailable(
	problem: string,
	{ retryAfterSeconds = 0, credentialRefused = false } = {},
): EventAnswer {
	return {
		answer: {
			state: 'unavailable',
			retryAfterSeconds: retryAfterSeconds > 0 ? retryAfterSeconds : RETRY_AFTER_SECONDS,
			...(credentialRefused ? { credentialRefused } : {}),
		},
		problem,
	};
}

/** The path at which Kometia's API most likely tells of an event; its guide does not say. */
export const DEFAULT_EVENT_PATH = '/events/{id}';

const PLACEHOLDER = '{id}';

/** One or more parts, each of letters, digits and `. _ ~ -`; the place of the id in one of them. */
const PATH_FORMAT = /^(?:\/(?:[A-Za-z0-9._~-]|\{id\})+)+$/;

/** Parts that would lead out of the API. */
const DOTS_ONLY = /^\.+$/;

/** Why this cannot be the path of an event, in words; undefined: it can. */
export function eventPathProblem(path: string): string | undefined {
	if (!path.startsWith('/')) return 'it must begin with /';
	if (path.split(PLACEHOLDER).length !== 2) return `it must contain ${PLACEHOLDER} exactly once`;
	const isPlain = PATH_FORMAT.test(path) && !path.split('/').some((part) => DOTS_ONLY.test(part));
	return isPlain
		? undefined
		: 'between its slashes only letters, digits and the characters - _ . ~ are allowed';
}

/**
 * The address of an event.
 *
 * @param id one that passed the schema
 * @returns undefined where it would not be below the base address
 */
export function eventUrl(baseUrl: string, path: string, id: string): string | undefined {
	if (eventPathProblem(path) !== undefined) return undefined;
	const url = `${baseUrl}${path.replace(PLACEHOLDER, id)}`;
	const { href } = new URL(url);
	return href.startsWith(`${new URL(baseUrl).href.replace(/\/$/, '')}/`) ? href : undefined;
}
