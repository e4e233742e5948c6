import type {
	IWebhookFunctions,
	IExecuteFunctions,
	IHookFunctions,
	ICredentialDataDecryptedObject,
} from 'n8n-workflow';
import { usableSecrets, type WebhookSecrets } from '../../../lib/receive/hmac';
import type { SettingsSource } from '../../../lib/receive/receive';
import {
	compileSourceAddresses,
	type SourceAddressCheck,
} from '../../../lib/receive/sourceAddress';
import { assertGivesSomething } from '../givesNothing';
import { freshCredential } from './freshCredential';
import { refusedIntervalMs } from './refusedOption';
import type { WebhookTrigger } from './webhookTrigger';

/** The secrets of a request's trigger node, at most two seconds old. */
export function triggerSettings<Settings>(
	context: IWebhookFunctions,
	{ credential, settings }: WebhookTrigger<Settings>,
): SettingsSource<Settings> {
	const selected = context.getNode().credentials?.[credential.name];
	if (selected === undefined) {
		return { current: async () => undefined, newer: async () => undefined };
	}
	const load = async () => settings(await context.getCredentials(credential.name));
	const held = freshCredential<Settings | undefined>(context, selected);
	// Finer than Date, which calls a whole millisecond the same moment, and never set back.
	const asked = performance.now();
	return {
		current: async () => await held.get(load),
		newer: async () => await held.getNewer(load, asked),
	};
}

const HOUR_MS = 3_600_000;

/** A hundred years: what is longer may be no time that a store can note. */
const LONGEST_WINDOW_MS = 876_000 * HOUR_MS;

/** What a trigger does where the user did not set an option. */
interface TriggerDefaults {
	readonly windowHours: number;
	readonly capacity: number;
}

/** The collection `options` of every webhook trigger, read and with its defaults. */
export interface TriggerOptions {
	readonly deduplicationWindowMs: number;
	readonly deduplicationCapacity: number;
	readonly acceptUnverified: boolean;
	/** Between two events that tell of refused deliveries. */
	readonly refusedIntervalMs: number;
	/**
	 * @throws {InvalidSourceAddressError} where the user's list cannot be read
	 * @throws {Error} where the expression that should give it gives nothing
	 */
	sourceAddressCheck(): SourceAddressCheck | undefined;
}

/** Reads the collection `options`; what the user did not set falls back to the provider's default. */
export function readTriggerOptions(
	context: IExecuteFunctions | IHookFunctions | IWebhookFunctions,
	defaults: TriggerDefaults,
): TriggerOptions {
	const stored = context.getNode().parameters.options;
	if (stored === undefined) return optionsOf({}, {}, defaults);
	return optionsOf({ ...Object(stored) } as Collection, readCollection(context), defaults);
}

/** The options where the user's own cannot be read. */
export function defaultTriggerOptions(defaults: TriggerDefaults): TriggerOptions {
	return optionsOf({}, {}, defaults);
}

type Collection = Readonly<Record<string, unknown>>;

function optionsOf(
	stored: Collection,
	options: Collection,
	defaults: TriggerDefaults,
): TriggerOptions {
	return {
		deduplicationWindowMs: Math.min(
			Math.ceil(positive(options.deduplicationWindow, defaults.windowHours) * HOUR_MS),
			LONGEST_WINDOW_MS,
		),
		deduplicationCapacity: Math.ceil(positive(options.deduplicationCapacity, defaults.capacity)),
		acceptUnverified: options.acceptUnverified === true,
		refusedIntervalMs: refusedIntervalMs(options.refusedInterval),
		sourceAddressCheck: () => {
			const { allowedSourceAddresses: list } = options;
			assertGivesSomething(stored.allowedSourceAddresses, list, 'Allowed Source Addresses');
			return compileSourceAddresses(String(list ?? ''));
		},
	};
}

function readCollection(
	context: IExecuteFunctions | IHookFunctions | IWebhookFunctions,
): Collection {
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

/**
 * Reads `webhookSecret` and `previousWebhookSecret`, which credentials have in common.
 *
 * @returns undefined where both are empty
 */
export function webhookSecrets({
	webhookSecret,
	previousWebhookSecret,
}: ICredentialDataDecryptedObject): WebhookSecrets | undefined {
	const secrets = usableSecrets(...[webhookSecret, previousWebhookSecret].map(textOrNothing));
	return secrets.length === 0 ? undefined : { secrets };
}

function textOrNothing(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
