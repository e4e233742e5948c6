import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { BODY_FORMS, type BodyForm } from '../../lib/deliver/deliverable';
import type { NotifyOptions } from '../../lib/deliver/notify';
import { InvalidScheduleError, parseSchedule, DEFAULT_SCHEDULE } from '../../lib/deliver/schedule';
import { readPatterns } from '../../lib/event/pattern';
import {
	InvalidSigningKeyError,
	readAsymmetricKey,
	type AsymmetricKey,
} from '../../lib/standardWebhooks/secret';
import { limitsOverCluster } from '../shared/cluster/deliveryLimits';
import { assertParameterGives } from '../shared/givesNothing';
import { readNumberOption } from '../shared/options';

const DAY_MS = 86_400_000;

const USABLE = 'a valid number';

const NUMBERS = {
	concurrency: { label: 'Concurrency', fallback: 50, least: 1, most: 500 },
	concurrencyPerHost: { label: 'Concurrency per Host', fallback: 10, least: 1, most: 100 },
	circuitThreshold: { label: 'Failures Until Host Pause', fallback: 10, least: 1, most: 100_000 },
	disableAfterDays: { label: 'Disable After (Days)', fallback: 5, least: 0, most: 3_650 },
	jitter: { label: 'Jitter (%)', fallback: 10, least: 0, most: 50 },
	retryWithin: { label: 'Retry Within (Seconds)', fallback: 5, least: 0, most: 300 },
	timeout: { label: 'Timeout (Seconds)', fallback: 15, least: 0.1, most: 120 },
} as const;

/** The node's parameters but for the subscribers, read and checked. */
export interface NotifierSettings {
	/** All but what the network gives. */
	readonly notify: Omit<NotifyOptions, 'dispatcher' | 'guard'>;
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
		readNumberOption(context, options[name], { ...NUMBERS[name], what: USABLE });
	const key = options.signAsymmetric === true ? readKey(context, privateKey) : undefined;
	const days = numberOf('disableAfterDays');
	const timeoutMs = numberOf('timeout') * 1000;
	const concurrencyPerHost = numberOf('concurrencyPerHost');
	const source = typeof options.source === 'string' ? options.source.trim() : '';
	const shared = limitsOverCluster(context);
	return {
		notify: {
			form: readForm(context),
			chosen: chosenSubscribers(context),
			source: source === '' ? `/n8n/${context.getWorkflow().id ?? 'workflow'}` : source,
			runId: context.getExecutionId(),
			failingLimitMs: days === 0 ? Infinity : days * DAY_MS,
			keepsUnreadable: context.continueOnFail(),
			schedule: readSchedule(context, options.retrySchedule, numberOf('jitter') / 100),
			budgetMs: numberOf('retryWithin') * 1000,
			limitMs: timeoutMs,
			concurrency: numberOf('concurrency'),
			concurrencyPerHost,
			circuitThreshold: numberOf('circuitThreshold'),
			...(key === undefined ? {} : { asymmetricKey: key }),
			...(shared === undefined ? {} : { shared }),
			signal: context.getExecutionCancelSignal(),
		},
		// Slow requests give their place to others, and keep their connection.
		connectionsPerHost: 10 * concurrencyPerHost,
		timeoutMs,
	};
}

/** An expression may give any word; a body in another form would be delivered as if it were meant. */
function readForm(context: IExecuteFunctions): BodyForm {
	const chosen: unknown = context.getNodeParameter('body', 0);
	const form = BODY_FORMS.find((one) => one === chosen);
	if (form !== undefined) return form;
	throw new NodeOperationError(context.getNode(), "'Body' is not one of its choices", {
		description: `Choose one, or let the expression return ${BODY_FORMS.join(', ')}.`,
	});
}

/** The subscribers that a resend is for; undefined for all that want the event. */
function chosenSubscribers(context: IExecuteFunctions): readonly string[] | undefined {
	const operation: unknown = context.getNodeParameter('operation', 0);
	if (operation === 'send') return undefined;
	// n8n adds a "Custom API Call" to the list, and leaves it to the node what that does.
	if (operation !== 'resend') {
		throw new NodeOperationError(context.getNode(), "'Operation' is not supported by this node", {
			description: 'Choose Send or Resend.',
		});
	}
	const given: unknown = context.getNodeParameter('subscriberIds', 0, '');
	const stored = context.getNode().parameters.subscriberIds;
	assertParameterGives(context, stored, given, 'Subscriber IDs');
	const ids = [...new Set(readPatterns(given))];
	return ids.length === 0 ? undefined : ids;
}

function readSchedule(context: IExecuteFunctions, value: unknown, jitter: number) {
	try {
		return { ...parseSchedule(typeof value === 'string' ? value : DEFAULT_SCHEDULE), jitter };
	} catch (error) {
		throw new NodeOperationError(
			context.getNode(),
			`'Retry Schedule' ${error instanceof InvalidScheduleError ? error.message : 'cannot be read'}`,
			{ description: 'Enter waits separated by commas, such as 5s, 5m, 2h.' },
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
			{ description: "Enter a whsk_ key there, or turn off 'Sign With Private Key Too'." },
		);
	}
}
