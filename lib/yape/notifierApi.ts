import type { LookupFunction } from 'node:net';
import { z } from 'zod';
import { HttpFault, PooledHttp } from '../http/pooledHttp';
import { RealtimeFailure } from '../realtime/failure';

/** Where Yape Notifier's API is, and who asks. */
export interface NotifierAccess {
	/** Without a slash at its end. */
	readonly baseUrl: string;
	readonly token: string;
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

const PER_PAGE = 100;

/** Milliseconds for one request. */
const LIMIT_MS = 15_000;

const record = z.object({ id: z.coerce.number().int().nonnegative() }).passthrough();

const page = z.object({
	data: z.array(record),
	last_page: z.coerce.number().int().nonnegative().default(1),
});

/**
 * Reads one page of `GET /api/notifications`.
 *
 * @param number 1 is the first page
 * @param since records that the server received at this time or later; undefined: all
 * @throws {RealtimeFailure} where the server refuses or does not answer as expected
 * @see https://github.com/camiloreynaga/yape-notifier (docs/03-architecture/API_ENDPOINTS.md)
 */
export async function readNotifications(
	{ baseUrl, token, egress }: NotifierAccess,
	number: number,
	since: string | undefined,
	signal: AbortSignal,
): Promise<NotifierPage> {
	const url = new URL(`${baseUrl}/api/notifications`);
	url.searchParams.set('per_page', String(PER_PAGE));
	url.searchParams.set('page', String(number));
	if (since !== undefined) url.searchParams.set('start_date', since);
	const lookup = await egress(url.origin);
	const http = new PooledHttp(url.origin, { lookup, connections: 1, connectLimitMs: LIMIT_MS });
	try {
		const { statusCode, body } = await http.request({
			method: 'GET',
			path: url.pathname + url.search,
			headers: { accept: 'application/json', authorization: `Bearer ${token}` },
			limitMs: LIMIT_MS,
			signal,
		});
		if (statusCode !== 200) throw refusal(url.origin, statusCode);
		return readPage(url.origin, body);
	} catch (error) {
		throw asUnanswered(error);
	} finally {
		http.close();
	}
}

function refusal(origin: string, statusCode: number): RealtimeFailure {
	const isToken = statusCode === 401 || statusCode === 403;
	return new RealtimeFailure(
		`Missed notifications could not be read: ${origin} answered ${statusCode}`,
		{
			permanent: isToken,
			description: isToken
				? "Check 'Token' in the credential 'Yape Notifier API', or empty it to do without what was missed."
				: "Check 'Base URL' in the credential 'Yape Notifier API'.",
		},
	);
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
	return new RealtimeFailure(`${origin} did not answer with a list of notifications`, {
		description: "Check 'Base URL' in the credential 'Yape Notifier API'.",
	});
}
