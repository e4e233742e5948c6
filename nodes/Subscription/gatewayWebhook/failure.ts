import type { INodeExecutionData } from 'n8n-workflow';
import { ProviderError } from '../../shared/providerApi/providerError';
import type { WebhookGateway } from './gateway';

/** Where something failed. */
export interface FailedAt {
	readonly itemIndex: number;
	/** The session; undefined where it failed before one was known. */
	readonly session?: string;
}

/** The words of an error for the user. Those of a gateway's API fit this node, not a trigger. */
export function wordsOf(error: unknown, { advice }: WebhookGateway): string {
	if (error instanceof ProviderError) {
		const better = advice[error.statusCode ?? 0];
		return better === undefined ? error.message : `${error.happened} ${better}`;
	}
	return error instanceof Error ? error.message : String(error);
}

/** The output of what failed, with Continue on Fail. */
export function failedAt(
	{ itemIndex, session }: FailedAt,
	message: string,
	gateway: WebhookGateway,
): INodeExecutionData {
	// Nothing beside `error`: by that n8n knows which items belong to its error output.
	const error = { message, gateway: gateway.id, ...(session === undefined ? {} : { session }) };
	return { json: { error }, pairedItem: { item: itemIndex } };
}
