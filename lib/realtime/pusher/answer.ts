import type { Redact } from '../../net/redact';
import type { PooledAnswer } from '../../net/http';
import { PusherError, type PusherErrorKind } from './error';
import { spokenWords } from './spokenWords';

const KINDS: Readonly<Record<number, PusherErrorKind>> = {
	401: 'unauthorised',
	403: 'unauthorised',
	404: 'notFound',
	413: 'tooLarge',
	429: 'tooMany',
};

const ADVICE: Readonly<Record<number, string>> = {
	400: "Check 'Channels', 'Event' and 'Payload'.",
	401: "Check 'Key' and 'Secret' in the credential, the clock where n8n runs, and 'Path'.",
	403: 'The app is disabled, over its quota, or may not do this. See the app at the server.',
	404: "There is no such app or path. Check 'App ID', 'Host' or 'Cluster', and 'Path' in the credential.",
	413: "Send less, for example one field with 'Payload', or raise the limit at the server (Reverb: max_request_size).",
	422: 'The server did not accept the event. Check the kind of server in the credential.',
	429: 'The server allows fewer events in this time. Send less at once, or raise its limit.',
};

/**
 * The JSON of an answer. soketi tells errors with status 200, so the body is read in any case.
 *
 * @param what the purpose, for the error: `The server did not <what>`
 * @throws {PusherError} where it is a refusal, or not from a Pusher server
 */
export function readAnswer(
	{ statusCode, headers, body }: PooledAnswer,
	what: string,
	redact: Redact,
): Record<string, unknown> {
	const json = parse(body);
	const inBody = errorIn(json);
	const status = statusCode >= 200 && statusCode < 300 ? inBody : (inBody ?? statusCode);
	if (status !== undefined) {
		const words = redact(spokenWords(body));
		throw new PusherError(
			KINDS[status] ?? (status >= 500 ? 'broken' : 'refused'),
			`The server did not ${what}: it answered ${status}${words === '' ? '' : ` (${words})`}`,
			ADVICE[status] ?? advice(status, headers.location),
		);
	}
	// AnyCable may say nothing, which is fine.
	if (body.trim() === '') return {};
	if (isObject(json)) return json;
	throw new PusherError(
		'notPusher',
		`The server did not ${what}: it answered ${statusCode} with something that is no JSON object`,
		"Something else than a Pusher server answers there. Check 'Host', 'Port' and 'Path' in the credential.",
	);
}

/** Whether the server says of a channel that nobody is in it. An unknown app or path is told in words. */
export function isNobody({ statusCode, body }: PooledAnswer): boolean {
	if (statusCode !== 404) return false;
	const json = parse(body);
	return (isObject(json) && Object.keys(json).length === 0) || body.trim() === '[]';
}

/** The status that a body tells, whatever the HTTP status says. */
function errorIn(json: unknown): number | undefined {
	if (!isObject(json)) return undefined;
	const { error, code } = json;
	const status = typeof code === 'number' && code >= 400 && code < 600 ? code : undefined;
	if (status !== undefined) return status;
	return error === undefined || error === null || error === false ? undefined : 400;
}

function advice(status: number, location: unknown): string {
	if (status >= 300 && status < 400) {
		const target = typeof location === 'string' ? location.replace(/[?#].*$/, '') : 'elsewhere';
		return `It redirects to ${target}. Write the final address in the credential.`;
	}
	return status >= 500
		? 'The server has a problem of its own. The event may or may not have been sent.'
		: 'Check the credential and what is sent.';
}

function parse(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
