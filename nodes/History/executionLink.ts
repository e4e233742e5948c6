import type { IExecuteFunctions } from 'n8n-workflow';
import { readN8nAddress } from '../../lib/history/store/api';
import { EVENT_STORE_CREDENTIAL } from '../shared/n8nApi/n8nEventStore';
import type { ExecutionLink } from './outputItems';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Links to executions in n8n's editor. Below a loopback address lives this n8n itself, which users
 * reach at its own address.
 */
export async function executionLink(context: IExecuteFunctions): Promise<ExecutionLink> {
	const { baseUrl } = await context.getCredentials<{ baseUrl: string }>(EVENT_STORE_CREDENTIAL);
	const address = readN8nAddress(baseUrl);
	const isHere = address === undefined || LOOPBACK.test(new URL(address.origin).hostname);
	const base = isHere
		? context.getInstanceBaseUrl().replace(/\/+$/, '')
		: `${address.origin}${address.prefix.replace(/\/api\/v1$/, '')}`;
	return (workflowId, executionId) =>
		`${base}/workflow/${encodeURIComponent(workflowId)}/executions/${encodeURIComponent(executionId)}`;
}
