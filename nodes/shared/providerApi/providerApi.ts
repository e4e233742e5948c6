import {
	type IExecuteFunctions,
	type IHookFunctions,
	type IHttpRequestOptions,
	type ILoadOptionsFunctions,
	NodeOperationError,
	type INode,
} from 'n8n-workflow';
import { pause } from '../../../lib/flow/pause';
import { isPassing, sendWithRetry, type HttpAnswer } from '../../../lib/net/retry';

/** A stalled provider must not hold up publishing; n8n gives a hook a few minutes at most. */
export const REQUEST_TIMEOUT_MS = 10_000;

const RETRY = { delaysMs: [1_000, 2_000, 4_000], longestDelayMs: 15_000 };

/** Where n8n can call a provider's API from. */
export type ApiContext = IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions;

/** A provider's REST API as errors speak of it. */
export interface ProviderApi {
	/** The provider's name, such as `Inbox Hub`. */
	readonly label: string;
	/** Type of the credential that holds `baseUrl` and signs in, and its label. */
	readonly credential: { readonly name: string; readonly label: string };
	/** What to do about an answer, by its status. */
	readonly advice: Readonly<Record<number, string>>;
	/** The provider's own words in an answer's body, empty where it says nothing. */
	readonly reason: (body: unknown) => string;
}

/**
 * What is asked of the API; `url` is the path below the credential's `baseUrl`. `timeout` in
 * milliseconds, where the provider is known to take long.
 */
export type ApiRequest = Pick<IHttpRequestOptions, 'method' | 'url' | 'qs' | 'body' | 'timeout'>;

/**
 * Calls a provider's API with the credential's key; passing faults are tried again within limits.
 *
 * @param what the purpose, for the error: "<label> could not <what>"
 * @returns the first final answer, of any status
 * @throws {ProviderError} where there is no answer
 */
export async function askProvider(
	api: ProviderApi,
	context: ApiContext,
	what: string,
	options: ApiRequest,
): Promise<HttpAnswer> {
	const { label, credential } = api;
	const { baseUrl } = await context.getCredentials<{ baseUrl: string }>(credential.name);
	const baseURL = trimSlash(baseUrl);
	const signal =
		'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
	const send = async () =>
		await request(context, credential.name, { ...options, baseURL, abortSignal: signal });
	try {
		return await sendWithRetry(send, {
			...RETRY,
			// Of a cancelled execution the next request fails at once.
			sleep: async (milliseconds) => await pause(milliseconds, signal),
		});
	} catch (error) {
		throw noAnswer(error);
	}

	// The cause is not in the message: n8n replaces a message that holds a code by its own words.
	function noAnswer(cause: unknown): ProviderError {
		return new ProviderError(context.getNode(), {
			happened: `${label} could not ${what}: no response from ${baseURL}.`,
			advice: `Check 'Base URL' in the credential '${credential.label}' and that n8n can reach it.`,
			description: cause instanceof Error ? cause.message : '',
		});
	}
}

/**
 * Calls a provider's API and gives the body of a 2xx answer.
 *
 * @throws {ProviderError} that says what happened and what to do
 */
export async function callProvider(
	api: ProviderApi,
	context: ApiContext,
	what: string,
	options: ApiRequest,
): Promise<unknown> {
	const answer = await askProvider(api, context, what, options);
	if (answer.statusCode >= 200 && answer.statusCode < 300) return answer.body;
	throw providerError(api, context, what, answer);
}

/** The error for an answer that is not 2xx: what happened, in the provider's words, and what to do. */
export function providerError(
	{ label, advice, reason }: ProviderApi,
	context: ApiContext,
	what: string,
	{ statusCode, body }: HttpAnswer,
): ProviderError {
	const words = reason(body);
	// All in the message: of a failed publication n8n shows nothing else.
	return new ProviderError(context.getNode(), {
		happened: `${label} could not ${what}: it responded with ${statusCode}${words === '' ? '' : ` (${words.slice(0, 200)})`}.`,
		advice: advice[statusCode] ?? `Try again later, or ask ${label}.`,
		statusCode,
	});
}

async function request(
	context: ApiContext,
	credential: string,
	options: IHttpRequestOptions,
): Promise<HttpAnswer> {
	const answer: unknown = await context.helpers.httpRequestWithAuthentication.call(
		context,
		credential,
		{
			timeout: REQUEST_TIMEOUT_MS,
			...options,
			json: true,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		},
	);
	const { statusCode, headers, body } = answer as HttpAnswer;
	return { statusCode, headers, body };
}

function trimSlash(url: string): string {
	return url.trim().replace(/\/+$/, '');
}

/** What an error of a provider's API says, in its parts. */
interface ProviderFailure {
	/** What happened, as a sentence. */
	readonly happened: string;
	/** What to do about it. */
	readonly advice: string;
	/** Status of the answer; undefined where there was none. */
	readonly statusCode?: number;
	readonly description?: string;
}

/** A provider's API that did not do what it was asked for. */
export class ProviderError extends NodeOperationError {
	// n8n knows its own errors by this name.
	override name = 'NodeOperationError';

	readonly happened: string;

	readonly statusCode: number | undefined;

	constructor(node: INode, { happened, advice, statusCode, description }: ProviderFailure) {
		super(node, `${happened} ${advice}`, { description });
		this.happened = happened;
		this.statusCode = statusCode;
	}

	/** Whether the provider is down or wants to be left alone, so that others would fail as well. */
	get isOutage(): boolean {
		return this.statusCode === undefined || isPassing(this.statusCode);
	}
}
