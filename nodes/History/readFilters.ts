import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type ILoadOptionsFunctions,
	type INodePropertyOptions,
} from 'n8n-workflow';
import { fieldOf, listOf, textOf } from '../../lib/event/json';
import { readPatterns } from '../../lib/event/pattern';
import type { HistoryFilters, ReadOptions } from '../../lib/history/filters';
import type { StoredStatus } from '../../lib/history/storedEvent';
import { readInstant } from '../../lib/history/summary';
import { readChoice, readFilterText } from '../shared/options';
import { EVENT_STORE_CREDENTIAL } from '../shared/n8nApi/n8nEventStore';
import { filterLabel, orderOption } from './filterProperties';

const STATUSES: readonly StoredStatus[] = [
	'canceled',
	'crashed',
	'error',
	'new',
	'running',
	'success',
	'unknown',
	'waiting',
];

const TIMES = ['execution', 'event'] as const;
const ORDERS = ['newest', 'oldest'] as const;

/**
 * Reads the collection `filters` of an item.
 *
 * @throws {NodeOperationError} that names the field that cannot be read
 */
export function readFilters(context: IExecuteFunctions, itemIndex: number): HistoryFilters {
	const given = givenFilters(context, itemIndex);
	const since = time('since');
	const until = time('until');
	if (since !== undefined && until !== undefined && since > until) {
		throw wrong("'Since' is later than 'Until'", 'Swap the two values.');
	}
	return {
		workflowIds: texts('workflows'),
		eventTypes: texts('eventTypes'),
		sources: texts('sources'),
		subjects: texts('subject'),
		eventId: text('eventId', given.eventId),
		statuses: readPatterns(given.status).map(status),
		since,
		until,
		timeOf: readChoice(context, filterLabel('timeOf'), given.timeOf, TIMES, itemIndex),
		text: text('text', given.text),
	};

	/** What is no text would be found nowhere, or would filter nothing. */
	function texts(name: string): string[] {
		const value = given[name];
		for (const one of Array.isArray(value) ? value : [value]) text(name, one);
		return readPatterns(value);
	}

	function text(name: string, value: unknown): string | undefined {
		return readFilterText(context, filterLabel(name), value, itemIndex);
	}

	function time(name: string): Date | undefined {
		const value = given[name];
		if (value === undefined || value === null || value === '') return undefined;
		const instant = readInstant(value, context.getTimezone());
		if (instant !== undefined && isWritable(instant)) return instant;
		throw wrong(
			`'${filterLabel(name)}' is not a time`,
			'Enter it like 2026-11-07T12:00:00, or use an expression like {{ $now.minus(1, "day") }}.',
		);
	}

	function status(name: string): StoredStatus {
		const known = STATUSES.find((one) => one === name);
		if (known !== undefined) return known;
		throw wrong(
			`'Status' contains '${name}', which is not a status of n8n`,
			`Use ${STATUSES.join(', ')}.`,
		);
	}

	function wrong(message: string, description: string) {
		return new NodeOperationError(context.getNode(), message, { description, itemIndex });
	}
}

/** Reads what of the collection `options` is about reading the history. */
export function readReadOptions(context: IExecuteFunctions, itemIndex: number): ReadOptions {
	const given = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
	return {
		order: readChoice(context, orderOption.displayName, given.order, ORDERS, itemIndex),
		includeN8nWebhook: given.includeN8nWebhook === true,
		includeTestRuns: given.includeTestRuns === true,
		replays: given.includeReplays === true ? 'include' : 'exclude',
		restarts: given.listRestarts === true,
		readLarge: given.readLargeExecutions === true,
		ownExecutionId: context.getExecutionId(),
		upSince: upSince(),
		signal: context.getExecutionCancelSignal(),
	};
}

/** The collection `filters` of an item, as it was filled in. */
export function givenFilters(context: IExecuteFunctions, itemIndex: number): IDataObject {
	return (context.getNodeParameter('filters', itemIndex, {}) ?? {}) as IDataObject;
}

/** Whether its year has four digits, as n8n reads it: microseconds taken for milliseconds have more. */
function isWritable(instant: Date): boolean {
	const year = instant.getUTCFullYear();
	return year >= 0 && year <= 9999;
}

/** A list in which one chooses is of no use with more. */
const MOST_PAGES = 20;

const REQUEST_TIMEOUT_MS = 10_000;

/** The workflows that the API key may read, by name; those that are not published say so. */
export async function loadWorkflows(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const { baseUrl } = await this.getCredentials<{ baseUrl: string }>(EVENT_STORE_CREDENTIAL);
	const base = baseUrl
		.trim()
		.replace(/\/+$/, '')
		.replace(/\/api\/v1$/, '');
	const choices: INodePropertyOptions[] = [];
	let cursor: string | undefined;
	for (let page = 0; page < MOST_PAGES; page += 1) {
		const body: unknown = await this.helpers.httpRequestWithAuthentication.call(
			this,
			EVENT_STORE_CREDENTIAL,
			{
				url: `${base}/api/v1/workflows`,
				qs: { limit: 100, excludePinnedData: true, ...(cursor === undefined ? {} : { cursor }) },
				json: true,
				timeout: REQUEST_TIMEOUT_MS,
			},
		);
		for (const workflow of listOf(fieldOf(body, 'data'))) {
			const id = textOf(fieldOf(workflow, 'id'));
			if (id === undefined || fieldOf(workflow, 'isArchived') === true) continue;
			const name = textOf(fieldOf(workflow, 'name')) ?? id;
			const state = fieldOf(workflow, 'active') === true ? '' : ' (not published)';
			choices.push({ name: `${name}${state}`, value: id });
		}
		cursor = textOf(fieldOf(body, 'nextCursor'));
		if (cursor === undefined) break;
	}
	return choices.sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * By n8n's clock. Where that was set meanwhile, or the machine has slept, the earliest counts: what runs
 * must not be taken for interrupted.
 */
let earliestStart = startByNow();

/**
 * Since when this process runs n8n's executions.
 *
 * @returns undefined where others run them too (queue mode, several mains): then nobody here can tell
 * whether an execution that started before is still alive
 * @see https://docs.n8n.io/hosting/configuration/environment-variables/executions/
 */
export function upSince(): Date | undefined {
	const { EXECUTIONS_MODE: mode, N8N_MULTI_MAIN_SETUP_ENABLED: severalMains } = process.env;
	if (mode === 'queue' || severalMains === 'true') return undefined;
	earliestStart = Math.min(earliestStart, startByNow());
	return new Date(earliestStart);
}

function startByNow(): number {
	return Date.now() - process.uptime() * 1_000;
}
