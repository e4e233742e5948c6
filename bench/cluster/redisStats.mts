/** Asks a Redis one command. */
export type AskRedis = (...command: string[]) => Promise<unknown>;

/** What a Redis has been sent so far, and how long it was at it. */
export interface SentStats {
	/**
	 * Scripts, which is what both n8n's queue and this package send, and microseconds with what they call;
	 * since another time.
	 */
	since(before: SentStats): { readonly sent: number; readonly usec: number };
	readonly sent: number;
	readonly usec: number;
}

export async function statsOf(ask: AskRedis): Promise<SentStats> {
	const text = String(await ask('INFO', 'commandstats'));
	let sent = 0;
	let usec = 0;
	for (const [, calls, time] of text.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+),usec=(\d+)/gm)) {
		sent += Number(calls);
		usec += Number(time);
	}
	return {
		sent,
		usec,
		since: (before) => ({ sent: sent - before.sent, usec: usec - before.usec }),
	};
}

/** Makes a trigger remember more keys, as long as real ones. KEYS known, order. ARGV first, count. */
export const FILL = `for i = tonumber(ARGV[1]) + 1, tonumber(ARGV[1]) + tonumber(ARGV[2]) do
	local member = string.sub(redis.sha1hex(i), 1, 12)
	redis.call('HSET', KEYS[1], member, '1999999999999:' .. (1000000 + i) .. '.')
	redis.call('RPUSH', KEYS[2], member)
end
return 1`;
