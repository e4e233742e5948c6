import type { LookupFunction } from 'node:net';
import { z } from 'zod';
import { wordsIn } from '../event/lists';
import { HttpFault, PooledHttp } from '../net/http';
import { RealtimeFailure } from '../net/failure';

/** Where Yape Notifier's API is, and who asks. */
export interface NotifierAccess {
	/** Without a slash at its end. */
	readonly baseUrl: string;
	/** At least one; each of a user of its own, whose records alone it shows. */
	readonly tokens: readonly string[];
	/** Asked before each connection; gives the lookup to connect with. */
	readonly egress: (origin: string) => Promise<LookupFunction | undefined>;
}

/** A record of the server, as its broadcasts also hold it. */
export interface NotifierRecord {
	readonly id: number;
	readonly value: Readonly<Record<string, unknown>>;
}

/** One page of Laravel's paginator. */
export interface NotifierPage {
	readonly records: readonly NotifierRecord[];
	readonly lastPage: number;
}

/** A token that the server does not take; another user's may still be good. */
export class TokenRefusal extends RealtimeFailure {}

const PER_PAGE = 100;

/** Milliseconds for one request. */
const LIMIT_MS = 15_000;

const record = z.object({ id: z.coerce.number().int().nonnegative() }).passthrough();

const page = z.object({
	data: z.array(record),
	last_page: z.coerce.number().int().nonnegative().default(1),
});

const me = z.object({ user: z.object({ id: z.union([z.string(), z.number()]) }) });

/** Tokens as the credential's field holds them: one, or several apart by commas, spaces or lines. */
export function readTokens(field: string): string[] {
	return [...new Set(wordsIn(field))];
}

/**
 * Asks `GET /api/me` whose token it is.
 *
 * @returns the user's number; undefined where the server tells it otherwise
 * @throws {RealtimeFailure} where the server does not answer; a {@link TokenRefusal} for the token
 */
export async function readUser(
	access: NotifierAccess,
	token: string,
	signal: AbortSignal,
): Promise<string | undefined> {
	const url = new URL(`${access.baseUrl}/api/me`);
	const { statusCode, body } = await get(access, token, url, signal);
	if (statusCode === 404) return undefined;
	if (statusCode !== 200) throw refusal(url.origin, statusCode);
	try {
		return String(me.parse(JSON.parse(body)).user.id);
	} catch {
		return undefined;
	}
}

/**
 * Reads one page of `GET /api/notifications`: the records of the token's user, whatever the user's
 * role.
 *
 * @param number 1 is the first page
 * @param since records that the server received at this time or later; undefined: all
 * @throws {RealtimeFailure} where the server does not answer as expected; a {@link TokenRefusal} for
 * the token
 * @see https://github.com/camiloreynaga/yape-notifier (docs/03-architecture/API_ENDPOINTS.md)
 */
export async function readNotifications(
	access: NotifierAccess,
	token: string,
	{ number, since }: { readonly number: number; readonly since: string | undefined },
	signal: AbortSignal,
): Promise<NotifierPage> {
	const url = new URL(`${access.baseUrl}/api/notifications`);
	url.searchParams.set('per_page', String(PER_PAGE));
	url.searchParams.set('page', String(number));
	if (since !== undefined) url.searchParams.set('start_date', since);
	const { statusCode, body } = await get(access, token, url, signal);
	if (statusCode !== 200) throw refusal(url.origin, statusCode);
	return readPage(url.origin, body);
}

async function get(
	{ egress }: NotifierAccess,
	token: string,
	url: URL,
	signal: AbortSignal,
): Promise<{ readonly statusCode: number; readonly body: string }> {
	const lookup = await egress(url.origin);
	const http = new PooledHttp(url.origin, { lookup, connections: 1, connectLimitMs: LIMIT_MS });
	try {
		return await http.request({
			method: 'GET',
			path: url.pathname + url.search,
			headers: { accept: 'application/json', authorization: `Bearer ${token}` },
			limitMs: LIMIT_MS,
			signal,
		});
	} catch (error) {
		throw asUnanswered(error);
	} finally {
		http.close();
	}
}

function refusal(origin: string, statusCode: number): RealtimeFailure {
	const message = `Missed notifications could not be read: ${origin} responded with ${statusCode}`;
	return statusCode === 401 || statusCode === 403
		? new TokenRefusal(message, {
				permanent: true,
				description:
					"Check 'Token' in the credential 'Yape Notifier API', or clear it to continue without missed notifications.",
			})
		: new RealtimeFailure(message, {
				description: "Check 'Base URL' in the credential 'Yape Notifier API'.",
			});
}

function readPage(origin: string, body: string): NotifierPage {
	try {
		const { data, last_page: lastPage } = page.parse(JSON.parse(body));
		return { records: data.map((value) => ({ id: value.id, value })), lastPage };
	} catch {
		throw notAList(origin);
	}
}

function asUnanswered(error: unknown): unknown {
	if (!(error instanceof HttpFault)) return error;
	const { message, description } = error;
	return new RealtimeFailure(`Missed notifications could not be read: ${message}`, {
		description: `${description} Check 'Base URL' in the credential 'Yape Notifier API'.`,
	});
}

function notAList(origin: string): RealtimeFailure {
	return new RealtimeFailure(`${origin} did not return a list of notifications`, {
		description: "Check 'Base URL' in the credential 'Yape Notifier API'.",
	});
}
