import { NodeOperationError, type INode } from 'n8n-workflow';
import { version } from 'n8n-workflow/package.json';

/** A version of n8n, as its first two numbers. n8n-workflow, which n8n brings, has the same two. */
export type N8nVersion = `${number}.${number}`;

/** Older ones do not publish versions of workflows, which the nodes build on: docs/compatibility.md. */
const OLDEST: N8nVersion = '2.0';

/**
 * Refuses to go live in an n8n that lacks what the node builds on, instead of failing at the first event.
 *
 * @param needs what the oldest version that does is needed for, where that is not the whole node
 * @throws {NodeOperationError} which names both versions, and what to do
 */
export function assertN8nVersion(
	node: INode,
	needs: { readonly what: string; readonly since: N8nVersion; readonly instead?: string } = {
		what: `'${node.name}'`,
		since: OLDEST,
	},
	running: string = version,
): void {
	if (isAtLeast(running, needs.since)) return;
	const [major, minor] = running.split('.');
	const instead = needs.instead === undefined ? '' : ` ${needs.instead}`;
	throw new NodeOperationError(
		node,
		`${needs.what} needs n8n ${needs.since} or newer, and this is n8n ${major}.${minor}. Update n8n.${instead}`,
	);
}

function isAtLeast(running: string, since: N8nVersion): boolean {
	const [major = 0, minor = 0] = running.split('.').map(Number);
	const [sinceMajor = 0, sinceMinor = 0] = since.split('.').map(Number);
	return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
