import {
	NodeOperationError,
	sleep,
	type IHookFunctions,
	type IHttpRequestOptions,
	type ILoadOptionsFunctions,
} from 'n8n-workflow';
import { sendWithRetry, type HttpAnswer } from '../../../../lib/http/sendWithRetry';

/** Type name of the credential, also the name under which n8n signs in requests. */
export const INBOX_HUB_CREDENTIAL = 'inboxHubApi';

/** A stalled gateway must not hold up publishing; n8n gives a hook a few minutes at most. */
const REQUEST_TIMEOUT_MS = 10_000;

const RETRY = { delaysMs: [1_000, 2_000, 4_000], longestDelayMs: 15_000, sleep };

/** What to do about an answer, by its status. */
const ADVICE: Readonly<Record<number, string>> = {
	401: "Check 'API Key' in the credential 'Inbox Hub API'.",
	403: "The API key has no right to this session. Check 'API Key' in the credential 'Inbox Hub API'.",
	404: "Choose a session that exists in 'Session', by its numeric ID.",
	429: 'Inbox Hub limits how often it may be called. Wait a quarter of an hour and publish again.',
};

type Context = IHookFunctions | ILoadOptionsFunctions;

/**
 * Calls Inbox Hub's API with the credential's key; passing faults are tried again within limits.
 *
 * @param what the purpose, for the error: "Inbox Hub could not <what>"
 * @returns the answer's body
 * @throws {NodeOperationError} that says what happened and what to do
 */
export async function callInboxHub(
	context: Context,
	what: string,
	options: Pick<IHttpRequestOptions, 'method' | 'url' | 'qs' | 'body'>,
): Promise<unknown> {
	const { baseUrl } = await context.getCredentials<{ baseUrl: string }>(INBOX_HUB_CREDENTIAL);
	const send = async () => await request(context, { ...options, baseURL: trimSlash(baseUrl) });
	let answer: HttpAnswer;
	try {
		answer = await sendWithRetry(send, RETRY);
	} catch (error) {
		// The cause is not in the message: n8n replaces a message that holds a code by its own words.
		throw new NodeOperationError(
			context.getNode(),
			`Inbox Hub could not ${what}: no answer from ${trimSlash(baseUrl)}. Check 'Base URL' in the credential 'Inbox Hub API' and that n8n can reach it.`,
			{ description: error instanceof Error ? error.message : '' },
		);
	}
	if (answer.statusCode >= 200 && answer.statusCode < 300) return answer.body;
	// All in the message: of a failed publication n8n shows nothing else.
	throw new NodeOperationError(
		context.getNode(),
		`Inbox Hub could not ${what}: it answered ${answer.statusCode}${reason(answer.body)}. ${ADVICE[answer.statusCode] ?? 'Try again later, or ask Inbox Hub.'}`,
	);
}

async function request(context: Context, options: IHttpRequestOptions): Promise<HttpAnswer> {
	const answer: unknown = await context.helpers.httpRequestWithAuthentication.call(
		context,
		INBOX_HUB_CREDENTIAL,
		{
			...options,
			json: true,
			timeout: REQUEST_TIMEOUT_MS,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		},
	);
	const { statusCode, headers, body } = answer as HttpAnswer;
	return { statusCode, headers, body };
}

/** Inbox Hub's own words: `{success: false, error, code}`. */
function reason(body: unknown): string {
	if (typeof body !== 'object' || body === null) return '';
	const { error, code, message } = body as Record<string, unknown>;
	const words = [error ?? message, code].filter((word) => typeof word === 'string');
	return words.length === 0 ? '' : ` (${words.join(', ').slice(0, 200)})`;
}

function trimSlash(url: string): string {
	return url.trim().replace(/\/+$/, '');
}
