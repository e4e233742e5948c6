/** An execution as n8n keeps it in its database, but for its data. */
export interface RawHead {
	readonly id: number;
	readonly workflowId: string;
	readonly workflowVersionId: string | null;
	readonly mode: string;
	readonly status: string;
	readonly finished: boolean;
	readonly retryOf: string | null;
	readonly retrySuccessId: string | null;
	readonly startedAt: Date | null;
	readonly stoppedAt: Date | null;
	readonly waitTill: Date | null;
	/** Set where it is to be deleted: n8n shows it no more. */
	readonly deletedAt: Date | null;
	readonly jsonSizeBytes: number;
}

/** An execution as n8n keeps it in its database. */
export interface RawExecution extends RawHead {
	/** JSON, see `readFlatted`; null where the row is not there. */
	readonly data: string | null;
	readonly workflowData: string | null;
}

/** The database of an n8n, past n8n. */
export interface ExecutionStore {
	/** All executions, oldest first: what changes in one changes its head too. */
	heads(): Promise<RawHead[]>;
	/** 0 where there is none. */
	newestId(): Promise<number>;
	/** Oldest first. */
	executions(where?: {
		/** Only with a greater id. */
		readonly after?: number;
		/** Only these. */
		readonly ids?: readonly number[];
	}): Promise<RawExecution[]>;
	/** In one transaction. */
	add(rows: readonly RawExecution[]): Promise<void>;
	remove(ids: readonly number[]): Promise<void>;
	close(): Promise<void>;
}

/** A kind of database that n8n can use. */
export interface HistoryDatabase {
	readonly name: string;
	/** What has to be installed, where it is not. */
	readonly missing?: string;
	start(): Promise<StartedDatabase>;
}

export interface StartedDatabase {
	readonly n8nEnv: Record<string, string>;
	/** @param userFolder of the n8n that uses it */
	open(userFolder: string): Promise<ExecutionStore>;
	close(): Promise<void>;
}

/** Columns of `execution_entity` that are written. */
export const COLUMNS = [
	'id',
	'workflowId',
	'workflowVersionId',
	'mode',
	'status',
	'finished',
	'retryOf',
	'retrySuccessId',
	'startedAt',
	'stoppedAt',
	'waitTill',
	'deletedAt',
	'jsonSizeBytes',
] as const satisfies ReadonlyArray<keyof RawHead>;
