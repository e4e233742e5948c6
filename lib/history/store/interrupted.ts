import type { ExecutionHead } from './executionHead';

/**
 * The execution, as `crashed` where n8n says that it runs and the process that ran it is gone. After
 * a crash n8n calls `crashed` what its event log names; the last ones before it are often not in
 * there, and stay `running` for ever. What has waited keeps its start: where it goes on after a restart
 * it is alive, although it is older than the process.
 *
 * @param upSince start of the process that runs all executions; undefined: there are several, or
 * nobody knows
 */
export function unlessInterrupted(head: ExecutionHead, upSince: Date | undefined): ExecutionHead {
	const { status, startedAt, hasGoneOn } = head;
	const isAlive =
		status !== 'running' || hasGoneOn === true || startedAt === undefined || upSince === undefined;
	return isAlive || startedAt >= upSince ? head : { ...head, status: 'crashed' };
}
