import { redactor, secretHeaders } from '../../net/redact';
import type { SocketIoSettings } from '../socketIo/settings';
import type { PooledHttp } from '../../net/http';
import { readFrappeAnswer, type FrappeResult } from './frappeAnswer';
import { FrappeError } from './frappeError';

/** A call of a whitelisted method. */
export interface FrappeCall {
	/** `app.module.function`, or the name of a server script of the kind API. */
	readonly method: string;
	/** By name. */
	readonly args: Readonly<Record<string, unknown>>;
	readonly limitMs: number;
	readonly signal?: AbortSignal;
}

/**
 * Calls a whitelisted method once; nobody knows whether a method can be called twice.
 *
 * @param settings whose headers say who calls, and for which site
 * @throws {FrappeError} with Frappe's words
 * @throws {HttpFault} where there is no answer
 */
export async function callFrappe(
	http: PooledHttp,
	settings: SocketIoSettings,
	{ method, args, limitMs, signal }: FrappeCall,
): Promise<FrappeResult> {
	const answer = await http.request({
		method: 'POST',
		path: `/api/method/${readMethod(method)}`,
		headers: requestHeaders(settings.headers),
		body: JSON.stringify(args),
		limitMs,
		signal,
	});
	return readFrappeAnswer(answer, redactor(secretHeaders(settings.headers)));
}

/**
 * The path of a method.
 *
 * @throws {FrappeError} where it cannot be one
 */
export function readMethod(value: string): string {
	const method = value.trim().replace(/^\/?api\/method\//, '');
	if (/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(method)) return method;
	throw new FrappeError(
		"'Method' is not the name of a method",
		'Write it such as my_app.api.publish, or the name of a server script.',
	);
}

/** The credential's headers, in a request of JSON for JSON. */
export function requestHeaders(own: Readonly<Record<string, string>>): Record<string, string> {
	const others = Object.entries(own).filter(
		([name]) => !/^(accept|content-type|content-length)$/i.test(name),
	);
	const json = 'application/json';
	return { ...Object.fromEntries(others), Accept: json, 'Content-Type': json };
}
