import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import type { DeliverOptions } from '../../lib/deliver/runOptions';
import { InvalidScheduleError, parseSchedule, DEFAULT_SCHEDULE } from '../../lib/deliver/schedule';
import {
	InvalidSigningKeyError,
	readAsymmetricKey,
	type AsymmetricKey,
} from '../../lib/standardWebhooks/secret';

const DAY_MS = 86_400_000;

const NUMBERS = {
	concurrency: { label: 'Concurrency', fallback: 50, least: 1, most: 500 },
	concurrencyPerHost: { label: 'Concurrency per Host', fallback: 10, least: 1, most: 100 },
	circuitThreshold: { label: 'Failures Until a Host Rests', fallback: 10, least: 1, most: 100_000 },
	disableAfterDays: { label: 'Disable After (Days)', fallback: 5, least: 0, most: 3_650 },
	jitter: { label: 'Jitter (%)', fallback: 10, least: 0, most: 50 },
	retryWithin: { label: 'Retry Within (Seconds)', fallback: 5, least: 0, most: 300 },
	timeout: { label: 'Timeout (Seconds)', fallback: 15, least: 0.1, most: 120 },
} as const;

/** The node's options, read and checked. */
export interface NotifierSettings {
	/** All but what the network needs. */
	readonly deliver: Omit<DeliverOptions, 'dispatcher' | 'guard'>;
	/** Milliseconds of nothing but failures after which a subscriber is disabled. */
	readonly failingLimitMs: number;
	/** Of events that do not say it themselves. */
	readonly source: string;
	readonly connectionsPerHost: number;
	readonly timeoutMs: number;
}

/**
 * @param privateKey that of the credential, where there is one
 * @throws {NodeOperationError} that names the option
 */
export function readSettings(
	context: IExecuteFunctions,
	privateKey: string | undefined,
): NotifierSettings {
	const options = context.getNodeParameter('options', 0, {}) as IDataObject;
	const numberOf = (name: keyof typeof NUMBERS) =>
		readNumber(context, options[name], NUMBERS[name]);
	const key = options.signAsymmetric === true ? readKey(context, privateKey) : undefined;
	const days = numberOf('disableAfterDays');
	const timeoutMs = numberOf('timeout') * 1000;
	const concurrencyPerHost = numberOf('concurrencyPerHost');
	const source = typeof options.source === 'string' ? options.source.trim() : '';
	return {
		deliver: {
			schedule: readSchedule(context, options.retrySchedule, numberOf('jitter') / 100),
			budgetMs: numberOf('retryWithin') * 1000,
			limitMs: timeoutMs,
			concurrency: numberOf('concurrency'),
			concurrencyPerHost,
			circuitThreshold: numberOf('circuitThreshold'),
			...(key === undefined ? {} : { asymmetricKey: key }),
			signal: context.getExecutionCancelSignal(),
		},
		failingLimitMs: days === 0 ? Infinity : days * DAY_MS,
		source: source === '' ? `/n8n/${context.getWorkflow().id ?? 'workflow'}` : source,
		// Slow requests give their place to others, and keep their connection.
		connectionsPerHost: 10 * concurrencyPerHost,
		timeoutMs,
	};
}

function readNumber(
	context: IExecuteFunctions,
	value: unknown,
	{ label, fallback, least, most }: (typeof NUMBERS)[keyof typeof NUMBERS],
): number {
	const number = value === undefined || value === '' ? fallback : Number(value);
	if (number >= least && number <= most) return number;
	throw new NodeOperationError(context.getNode(), `'${label}' is not a number that can be used`, {
		description: `Write a number from ${least} to ${most}.`,
	});
}

function readSchedule(context: IExecuteFunctions, value: unknown, jitter: number) {
	try {
		return { ...parseSchedule(typeof value === 'string' ? value : DEFAULT_SCHEDULE), jitter };
	} catch (error) {
		throw new NodeOperationError(
			context.getNode(),
			`'Retry Schedule' ${error instanceof InvalidScheduleError ? error.message : 'cannot be read'}`,
			{ description: 'Write waits with commas between them, such as 5s, 5m, 2h.' },
		);
	}
}

function readKey(context: IExecuteFunctions, privateKey: string | undefined): AsymmetricKey {
	try {
		return readAsymmetricKey(privateKey ?? '');
	} catch (error) {
		const why = error instanceof InvalidSigningKeyError ? error.message : 'cannot be read';
		throw new NodeOperationError(
			context.getNode(),
			`'Private Key' of the credential 'Standard Webhooks API' ${why}`,
			{ description: "Put a whsk_ key there, or switch 'Sign With Private Key Too' off." },
		);
	}
}
