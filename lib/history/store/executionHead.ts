import { fieldOf, isObject, textOf } from '../../event/json';
import type { StoredStatus } from '../storedEvent';

/** What n8n tells of an execution without its data. */
export interface ExecutionHead {
	/** Digits. */
	readonly id: string;
	readonly workflowId: string;
	readonly mode: string;
	readonly status: StoredStatus;
	/** Undefined while it waits for its turn. */
	readonly startedAt?: Date;
	readonly stoppedAt?: Date;
	/** The execution that this one retried. */
	readonly retryOf?: string;
	/** The execution that retried this one and succeeded. */
	readonly retrySuccessId?: string;
	/** Whether nodes behind its trigger have run, as far as stored; undefined without data. */
	readonly hasGoneOn?: boolean;
}

const STATUSES: ReadonlySet<unknown> = new Set<StoredStatus>([
	'success',
	'error',
	'crashed',
	'canceled',
	'running',
	'waiting',
	'new',
	'unknown',
]);

/** @returns undefined where the JSON is no execution of n8n's API */
export function readHead(json: unknown): ExecutionHead | undefined {
	if (!isObject(json)) return undefined;
	const { id, workflowId, mode, status, retryOf, retrySuccessId } = json;
	if (!/^\d+$/.test(String(id)) || typeof workflowId !== 'string') return undefined;
	return {
		id: String(id),
		workflowId,
		mode: textOf(mode) ?? '',
		status: isStatus(status) ? status : 'unknown',
		startedAt: instant(json.startedAt),
		stoppedAt: instant(json.stoppedAt),
		retryOf: textOf(retryOf),
		retrySuccessId: textOf(retrySuccessId),
		hasGoneOn: hasGoneOn(json),
	};
}

/** n8n stores the data of what runs when it starts, and again only when it waits or has ended. */
function hasGoneOn(json: unknown): boolean | undefined {
	const runs = fieldOf(json, 'data', 'resultData', 'runData');
	return isObject(runs) ? Object.keys(runs).length > 1 : undefined;
}

function isStatus(value: unknown): value is StoredStatus {
	return STATUSES.has(value);
}

function instant(value: unknown): Date | undefined {
	if (typeof value !== 'string') return undefined;
	const date = new Date(value);
	return Number.isNaN(date.getTime()) ? undefined : date;
}
