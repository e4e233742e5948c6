import { NodeOperationError, type INode } from 'n8n-workflow';

/** What an error of a provider's API says, in its parts. */
export interface ProviderFailure {
	/** What happened, as a sentence. */
	readonly happened: string;
	/** What to do about it. */
	readonly advice: string;
	/** Status of the answer; undefined where there was none. */
	readonly statusCode?: number;
	readonly description?: string;
}

/** A provider's API that did not do what it was asked for. */
export class ProviderError extends NodeOperationError {
	// n8n knows its own errors by this name.
	override name = 'NodeOperationError';

	readonly happened: string;

	readonly statusCode: number | undefined;

	constructor(node: INode, { happened, advice, statusCode, description }: ProviderFailure) {
		super(node, `${happened} ${advice}`, { description });
		this.happened = happened;
		this.statusCode = statusCode;
	}

	/** Whether the provider is down or wants to be left alone, so that others would fail as well. */
	get isOutage(): boolean {
		return this.statusCode === undefined || this.statusCode === 429 || this.statusCode >= 500;
	}
}
