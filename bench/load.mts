import autocannon from 'autocannon';

/** One request of a load. */
export interface LoadRequest {
	readonly body: string;
	readonly headers: Readonly<Record<string, string>>;
}

/** What one run of autocannon measured. */
export interface LoadResult {
	readonly requestsPerSecond: number;
	/** Milliseconds. */
	readonly p50: number;
	readonly p99: number;
	/** Answers by status code. */
	readonly statuses: Readonly<Record<string, number>>;
}

export const CONNECTIONS = 10;

/**
 * Puts a URL under load from 10 connections, each of which sends its next request when the last one
 * was answered.
 *
 * @param extent how long, in seconds; or how many requests, of which a few more may be made than are sent
 * @param next makes each request, so that no two need be the same
 */
export async function load(
	url: string,
	extent: number | { readonly amount: number },
	next: () => LoadRequest,
): Promise<LoadResult> {
	const statuses: Record<string, number> = {};
	const started = performance.now();
	const result = await autocannon({
		url,
		connections: CONNECTIONS,
		...(typeof extent === 'number' ? { duration: extent } : extent),
		timeout: 60,
		requests: [
			{
				method: 'POST',
				setupRequest: (request) => ({ ...request, ...next() }),
				onResponse: (status) => {
					statuses[status] = (statuses[status] ?? 0) + 1;
				},
			},
		],
	});
	const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0);
	return {
		requestsPerSecond: answered / ((performance.now() - started) / 1000),
		p50: result.latency.p50,
		p99: result.latency.p99,
		statuses,
	};
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
	return sorted.length % 2 === 1 ? high : (low + high) / 2;
}
