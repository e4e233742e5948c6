import { createHash } from 'node:crypto';

/**
 * Milliseconds since 1970 by the clock of Redis: those of the processes may differ. With its microseconds,
 * so that what came later is later.
 */
const NOW = `local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
`;

/**
 * A script that Redis runs as one step. Each one here may be run again with the same arguments and
 * leaves the same behind, since a connection may be lost between the step and its reply.
 */
export class Script {
	/** What Redis calls it once it knows it. */
	readonly sha: string;

	readonly source: string;

	/** @param body Lua; `now` is the time in milliseconds */
	constructor(body: string) {
		this.source = NOW + body;
		this.sha = createHash('sha1').update(this.source).digest('hex');
	}
}
