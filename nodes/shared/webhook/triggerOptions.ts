import type { IExecuteFunctions, IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import {
	compileSourceAddresses,
	type SourceAddressCheck,
} from '../../../lib/receive/sourceAddress';

const HOUR_MS = 3_600_000;

/** The collection `options` of every webhook trigger, read and with its defaults. */
export interface TriggerOptions {
	readonly deduplicationWindowMs: number;
	readonly deduplicationCapacity: number;
	readonly acceptUnverified: boolean;
	/** @throws {InvalidSourceAddressError} where the user's list cannot be read */
	sourceAddressCheck(): SourceAddressCheck | undefined;
}

/** Reads the collection `options`; what the user did not set falls back to the provider's default. */
export function readTriggerOptions(
	context: IExecuteFunctions | IHookFunctions | IWebhookFunctions,
	defaults: { readonly windowHours: number; readonly capacity: number },
): TriggerOptions {
	const options = context.getNode().parameters.options === undefined ? {} : readCollection(context);
	return {
		deduplicationWindowMs: positive(options.deduplicationWindow, defaults.windowHours) * HOUR_MS,
		deduplicationCapacity: Math.ceil(positive(options.deduplicationCapacity, defaults.capacity)),
		acceptUnverified: options.acceptUnverified === true,
		sourceAddressCheck: () => compileSourceAddresses(String(options.allowedSourceAddresses ?? '')),
	};
}

function readCollection(
	context: IExecuteFunctions | IHookFunctions | IWebhookFunctions,
): Record<string, unknown> {
	const options: unknown =
		'getInputData' in context
			? context.getNodeParameter('options', 0, {})
			: context.getNodeParameter('options', {});
	return typeof options === 'object' && options !== null ? { ...options } : {};
}

function positive(value: unknown, fallback: number): number {
	const number = Number(value);
	return Number.isFinite(number) && number > 0 ? number : fallback;
}
