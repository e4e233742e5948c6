import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The key that has every scope. */
export const EVENT_STORE_KEY = 'n8n-api-key-that-must-not-be-shown';

const WEBHOOK_TRIGGER = 'n8n-nodes-realtime-webhooks.baileysTrigger';

/** Of stand-ins in this process: what nodes remember of an n8n, they know by its address. */
const hadPorts = new Set<number>();

/** n8n's most a page, to which it clamps. */
const LONGEST_PAGE = 250;

/** As zod's `datetime({offset: true})` takes it. */
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** An execution as n8n keeps it. */
export interface KeptExecution {
	id: number;
	workflowId: string;
	mode: string;
	status: string;
	/** n8n tells it of one execution at a time only. @default the start */
	createdAt?: string;
	startedAt: string | null;
	stoppedAt: string | null;
	retryOf: string | null;
	retrySuccessId: string | null;
	data: Record<string, unknown>;
	/** Its row is there, its data are not: n8n leaves it out of lists with data. */
	isDataLost?: boolean;
	/** n8n cannot write its data as JSON: it answers 500 to everything that holds them. */
	isUnwritable?: boolean;
	/** Bytes as n8n stores them; measured on the data where it is not set. */
	jsonSizeBytes?: number;
}

export interface KeptWorkflow {
	id: string;
	name: string;
	nodes: Array<{ id?: string; name: string; type: string; disabled?: boolean }>;
	settings: Record<string, unknown>;
	active: boolean;
	isArchived: boolean;
	/** In a project that the key may not read. */
	isForeign?: boolean;
}

/**
 * A stand-in of n8n 2.41's public API as far as it reads executions and workflows, with the rules
 * that were measured on a real one: newest first, at most 250, a cursor of `{lastId, limit}`, nothing
 * that runs unless asked for, nothing whose data cannot be read, `Forbidden` without a scope.
 */
export class N8nExecutionsStandIn {
	readonly executions: KeptExecution[] = [];
	readonly workflows: KeptWorkflow[] = [];
	/** Requests so far, as path and query. */
	readonly calls: string[] = [];
	/** Scopes of the key. */
	scopes = new Set(['execution:list', 'execution:read', 'workflow:list', 'workflow:read']);
	/** EXECUTIONS_DATA_MAX_DISPLAY_SIZE, 100 MB as n8n has it. */
	maxDisplaySize = 100 * 1024 * 1024;
	/** Answers these instead, one after the other. */
	faults: number[] = [];
	/** Called before an answer is made. */
	onCall: (call: string) => void = () => undefined;
	/** Requests that are being answered, and the most there ever were. */
	atOnce = { now: 0, most: 0 };

	readonly #server = createServer((request, response) => void this.#answer(request, response));

	async start(): Promise<string> {
		for (;;) {
			await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
			const { port } = this.#server.address() as AddressInfo;
			if (!hadPorts.has(port)) {
				hadPorts.add(port);
				return `http://127.0.0.1:${port}`;
			}
			await new Promise((resolve) => this.#server.close(resolve));
		}
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	/** A workflow that starts with one of the package's triggers. */
	workflow(id: string, changes: Partial<KeptWorkflow> = {}): KeptWorkflow {
		const workflow: KeptWorkflow = {
			id,
			name: `Workflow ${id}`,
			nodes: [
				{ name: 'Trigger', type: WEBHOOK_TRIGGER },
				{ name: 'Work', type: 'n8n-nodes-base.noOp' },
			],
			settings: { executionOrder: 'v1' },
			active: true,
			isArchived: false,
			...changes,
		};
		this.workflows.push(workflow);
		return workflow;
	}

	/** n8n has stored an execution that an event started; the ids rise. */
	store(
		workflowId: string,
		event: Record<string, unknown>,
		changes: Partial<KeptExecution> = {},
	): KeptExecution {
		const id = changes.id ?? (this.executions.at(-1)?.id ?? 0) + 1;
		const start = Date.UTC(2026, 0, 1) + id * 60_000;
		const status = changes.status ?? 'success';
		const execution: KeptExecution = {
			id,
			workflowId,
			mode: 'webhook',
			status,
			startedAt: new Date(start).toISOString(),
			stoppedAt: status === 'running' ? null : new Date(start + 1_000).toISOString(),
			retryOf: null,
			retrySuccessId: null,
			data:
				status === 'running'
					? runningWith('Trigger', [event])
					: startedWith('Trigger', [event], status === 'error' ? 'it broke' : undefined),
			...changes,
		};
		this.executions.push(execution);
		return execution;
	}

	async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? '/', 'http://127.0.0.1');
		const call = decodeURIComponent(`${url.pathname.replace('/api/v1', '')}${url.search}`);
		this.calls.push(call);
		this.atOnce.now += 1;
		this.atOnce.most = Math.max(this.atOnce.most, this.atOnce.now);
		this.onCall(call);
		// Another request that came at the same time is counted before this one ends.
		await new Promise((resolve) => setImmediate(resolve));
		this.atOnce.now -= 1;
		const fault = this.faults.shift();
		const { status, body } = fault
			? { status: fault, body: { message: 'Internal server error' } }
			: this.#read(url, request.headers['x-n8n-api-key']);
		response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
		response.end(JSON.stringify(body));
	}

	#read(url: URL, key: unknown): { status: number; body: unknown } {
		const [, , , resource, id] = url.pathname.split('/');
		if (!url.pathname.startsWith('/api/v1/')) return failure(404, 'not found');
		if (key !== EVENT_STORE_KEY) return failure(401, 'Unauthorized');
		const scope = `${resource?.replace(/s$/, '')}:${id === undefined ? 'list' : 'read'}`;
		if (!this.scopes.has(scope)) return failure(403, 'Forbidden');
		if (resource === 'workflows') return this.#workflows(url.searchParams, id);
		if (resource !== 'executions') return failure(404, 'not found');
		return id === undefined ? this.#list(url.searchParams) : this.#single(id, url.searchParams);
	}

	#list(query: URLSearchParams): { status: number; body: unknown } {
		let limit = Math.min(Number(query.get('limit') ?? 100), LONGEST_PAGE);
		let lastId = Number.POSITIVE_INFINITY;
		const cursor = query.get('cursor');
		if (cursor !== null) {
			const decoded: unknown = JSON.parse(Buffer.from(cursor, 'base64').toString());
			const { lastId: last, limit: size } = decoded as { lastId: string; limit: number };
			lastId = Number(last);
			limit = Math.min(Math.max(size, 1), LONGEST_PAGE);
		}
		for (const name of ['startedAfter', 'startedBefore']) {
			const given = query.get(name);
			if (given !== null && !DATE_TIME.test(given)) return failure(400, `${name} Invalid datetime`);
		}
		const withData = query.get('includeData') === 'true';
		const fitting = this.#fitting(query).filter(({ id }) => id < lastId);
		const rows = fitting.slice(0, limit).filter((one) => !withData || one.isDataLost !== true);
		if (withData && rows.some((one) => one.isUnwritable === true)) return UNWRITABLE;
		const end = rows.at(-1)?.id ?? 0;
		const more = fitting.some(({ id }) => id < end);
		const next = Buffer.from(JSON.stringify({ lastId: String(end), limit })).toString('base64');
		const data = rows.map((row) => (withData ? this.#withData(row, query) : head(row)));
		return { status: 200, body: { data, nextCursor: more ? next : null } };
	}

	#fitting(query: URLSearchParams): KeptExecution[] {
		const [workflowId, status] = [query.get('workflowId'), query.get('status')];
		const [after, before] = [query.get('startedAfter'), query.get('startedBefore')];
		return this.executions
			.filter((one) => this.#isReadable(one.workflowId))
			.filter((one) => (workflowId === null ? true : one.workflowId === workflowId))
			.filter((one) => (status === null ? one.status !== 'running' : one.status === status))
			.filter(({ startedAt }) => after === null || (startedAt !== null && startedAt >= utc(after)))
			.filter(
				({ startedAt }) => before === null || (startedAt !== null && startedAt <= utc(before)),
			)
			.sort((a, b) => b.id - a.id);
	}

	#single(id: string, query: URLSearchParams): { status: number; body: unknown } {
		if (!/^\d+$/.test(id)) {
			return failure(400, 'request/params/executionId must be a positive integer');
		}
		const found = this.executions.find((one) => String(one.id) === id);
		if (found === undefined || found.isDataLost === true || !this.#isReadable(found.workflowId)) {
			return failure(404, 'Not Found');
		}
		const withData = query.get('includeData') === 'true';
		if (withData && found.isUnwritable === true) return UNWRITABLE;
		const createdAt = found.createdAt ?? found.startedAt;
		const body = withData ? this.#withData(found, query) : head(found);
		return { status: 200, body: { ...body, createdAt } };
	}

	#withData(execution: KeptExecution, query: URLSearchParams) {
		const { id, name, nodes, settings } =
			this.workflows.find((one) => one.id === execution.workflowId) ?? {};
		const jsonSizeBytes = execution.jsonSizeBytes ?? JSON.stringify(execution.data).length;
		const isTooLarge =
			jsonSizeBytes > this.maxDisplaySize && query.get('ignoreDataSizeLimit') !== 'true';
		return {
			...head(execution),
			jsonSizeBytes,
			data: isTooLarge ? { version: 1, resultData: { runData: {} } } : execution.data,
			workflowData: { id, name, nodes, connections: {}, settings },
			customData: {},
			...(isTooLarge ? { dataTooLargeToDisplay: true } : {}),
		};
	}

	#workflows(query: URLSearchParams, id: string | undefined): { status: number; body: unknown } {
		const readable = this.workflows.filter((one) => this.#isReadable(one.id));
		if (id !== undefined) {
			const found = readable.find((one) => one.id === id);
			return found === undefined ? failure(404, 'Not Found') : { status: 200, body: found };
		}
		const limit = Number(query.get('limit') ?? 100);
		const offset = Number(query.get('cursor') ?? 0);
		const end = offset + limit;
		const nextCursor = end < readable.length ? String(end) : null;
		return { status: 200, body: { data: readable.slice(offset, end), nextCursor } };
	}

	#isReadable(workflowId: string): boolean {
		return this.workflows.some(({ id, isForeign }) => id === workflowId && isForeign !== true);
	}
}

/** The data of an execution that a node started with these items, in n8n's format. */
export function startedWith(
	nodeName: string,
	items: ReadonlyArray<Record<string, unknown>>,
	failure?: string,
): Record<string, unknown> {
	const trigger = { name: nodeName, type: WEBHOOK_TRIGGER };
	const output = { main: [items.map((json, item) => ({ json, pairedItem: { item } }))] };
	return {
		version: 1,
		startData: {},
		resultData: {
			runData: {
				[nodeName]: [{ startTime: 1, executionIndex: 0, source: [], data: output }],
				Work: [{ startTime: 2, executionIndex: 1, source: [{ previousNode: nodeName }] }],
			},
			lastNodeExecuted: 'Work',
			...(failure ? { error: { message: failure, node: { name: 'Work' } } } : {}),
		},
		executionData: { nodeExecutionStack: [], runtimeData: { version: 1, triggerNode: trigger } },
	};
}

/** The same while it runs: n8n stores it when it starts, and then when it waits or has ended. */
export function runningWith(
	nodeName: string,
	items: ReadonlyArray<Record<string, unknown>>,
): Record<string, unknown> {
	const node = { name: nodeName, type: WEBHOOK_TRIGGER };
	const data = { main: [items.map((json) => ({ json }))] };
	return {
		version: 1,
		startData: {},
		resultData: { runData: {} },
		executionData: {
			nodeExecutionStack: [{ node, data, source: null }],
			runtimeData: { version: 1, triggerNode: node },
		},
	};
}

/**
 * The same after n8n was killed: the event is on the stack, and n8n has made up what its log names.
 */
export function crashedWith(
	nodeName: string,
	items: ReadonlyArray<Record<string, unknown>>,
): Record<string, unknown> {
	const madeUp = { main: [[{ json: { isArtificialRecoveredEventItem: true } }]] };
	const data = { main: [items.map((json) => ({ json }))] };
	return {
		version: 1,
		startData: {},
		resultData: {
			runData: { [nodeName]: [{ startTime: 1, source: [null], data: madeUp }] },
			lastNodeExecuted: 'Work',
			error: { message: 'Workflow did not finish, possible out-of-memory issue' },
		},
		executionData: {
			nodeExecutionStack: [{ node: { name: nodeName, type: WEBHOOK_TRIGGER }, data, source: null }],
			runtimeData: { version: 1, triggerNode: { name: nodeName, type: WEBHOOK_TRIGGER } },
		},
	};
}

/** n8n's own words, for a worker that died. */
const WORKER_DIED =
	'This execution failed to be processed too many times and will no longer retry. To allow this execution to complete, please break down your workflow or scale up your workers or adjust your worker settings.';

/** The same after its worker has died: n8n has overwritten everything, as measured on 2.41.1. */
export function emptied(message = WORKER_DIED): Record<string, unknown> {
	return {
		version: 1,
		startData: {},
		resultData: { error: { message, level: 'warning', tags: {} }, runData: {} },
		executionData: { contextData: {}, nodeExecutionStack: [], metadata: {} },
	};
}

/** The same as n8n gives it where its redaction hides the data. */
export function redacted(data: Record<string, unknown>): Record<string, unknown> {
	const hidden = JSON.parse(JSON.stringify(data), (key, value: unknown) =>
		key === 'json' ? {} : value,
	) as Record<string, unknown>;
	const redactionInfo = { isRedacted: true, reason: 'workflow_redaction_policy', canReveal: false };
	return { ...hidden, redactionInfo };
}

/** As n8n 2.41.1 answers where an answer cannot be written as JSON. */
const UNWRITABLE = { status: 500, body: { message: 'Maximum call stack size exceeded' } };

function head(kept: KeptExecution) {
	const {
		data: _data,
		createdAt: _createdAt,
		isDataLost: _lost,
		isUnwritable: _bad,
		jsonSizeBytes: _size,
		...rest
	} = kept;
	return { ...rest, id: String(rest.id), finished: rest.status === 'success', waitTill: null };
}

function failure(status: number, message: string) {
	return { status, body: { message } };
}

function utc(text: string): string {
	return new Date(text).toISOString();
}
