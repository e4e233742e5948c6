import type { AddressInfo } from 'node:net';
import { createServer, type RequestListener } from 'node:http';
import type {
	IDataDeduplicator,
	INodeExecutionData,
	INodeType,
	IRun,
	IWebhookData,
	IWebhookResponseData,
	WebhookType,
	WorkflowActivateMode,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { core, requireFromN8n, runWorkflow, type TestWorkflow } from './n8nCore.mts';

/** A step of a webhook's life, as n8n calls them around publishing. */
type LifecycleMethod = 'checkExists' | 'create' | 'delete';

interface ExpressApp extends RequestListener {
	use(handler: unknown): void;
}

interface ExpressRequest {
	method: string;
}

interface ExpressResponse {
	headersSent: boolean;
	status(code: number): { json(body: unknown): void; send(body: string): void };
}

/** The webhook of a trigger node on a real HTTP server. */
export interface WebhookHost {
	url: string;
	/** Executions that deliveries started, in order. */
	executions: IRun[];
	close(): Promise<void>;
}

/** Runs one step of a trigger's registration in n8n-core's HookContext. */
export async function runHook(
	test: TestWorkflow,
	nodeName: string,
	method: LifecycleMethod,
	options: {
		webhook?: WebhookType;
		mode?: WorkflowExecuteMode;
		activation?: WorkflowActivateMode;
	} = {},
): Promise<boolean> {
	const { webhook = 'default', mode = 'trigger', activation = 'activate' } = options;
	const node = test.node(nodeName);
	const hook = typeOf(test, nodeName).webhookMethods?.[webhook]?.[method];
	if (hook === undefined) throw new Error(`${nodeName} has no ${webhook}.${method}`);
	// A test in the editor has a URL of its own.
	const data = { ...webhookData(test, nodeName, webhook), isTest: mode === 'manual' };
	const extra = test.additionalData();
	return await hook.call(new core.HookContext(test.workflow, node, extra, mode, activation, data));
}

/**
 * Serves a trigger's webhook with n8n's own express, body reader and WebhookContext. As in n8n, a
 * body that cannot be parsed is answered 422 before the node runs, the execution runs from the
 * trigger on, and the answer is sent after the execution was taken.
 */
export async function serveWebhook(
	test: TestWorkflow,
	nodeName: string,
	options: {
		webhook?: WebhookType;
		mode?: WorkflowExecuteMode;
		/** Stands for n8n storing the execution; where it throws, n8n answers 500. */
		store?: () => Promise<void>;
		/** Stands for a worker that runs the execution; undefined: this process does. */
		enqueue?: (items: INodeExecutionData[]) => void;
	} = {},
): Promise<WebhookHost> {
	const { webhook = 'default', mode = 'webhook', store, enqueue } = options;
	const express = requireFromN8n('express') as () => ExpressApp;
	const { rawBodyReader, bodyParser } = requireFromN8n('n8n/dist/middlewares/body-parser.js');
	const executions: IRun[] = [];
	const app = express();
	app.use(rawBodyReader);
	app.use(bodyParser);
	app.use(async (request: ExpressRequest, response: ExpressResponse) => {
		const extra = test.additionalData({ httpRequest: request, httpResponse: response });
		const data = webhookData(test, nodeName, webhook, request.method);
		const node = test.node(nodeName);
		const type = typeOf(test, nodeName);
		if (type.webhook === undefined) throw new Error(`${nodeName} has no webhook()`);
		const context = new core.WebhookContext(test.workflow, node, extra, mode, data, [], null);
		const result: IWebhookResponseData = await type.webhook.call(context);
		const items = result.workflowData?.[0];
		if (items) {
			await store?.();
			if (enqueue === undefined) executions.push(await runWorkflow(test, nodeName, items, mode));
			else enqueue(items);
		}
		if (result.noWebhookResponse !== true) {
			const code = Number(data.webhookDescription.responseCode ?? 200);
			const body: unknown = result.webhookResponse ?? { message: 'Workflow was started' };
			if (typeof body === 'string') response.status(code).send(body);
			else response.status(code).json(body);
		}
	});
	app.use(answerError);
	const server = createServer(app);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/webhook`,
		executions,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** n8n's deduplication store without its database: not atomic either, and bounded by `maxEntries`. */
export function memoryDeduplicator(): IDataDeduplicator {
	const entries = new Map<string, unknown[]>();
	const keyOf: (...args: Parameters<IDataDeduplicator['clearAllProcessedItems']>) => string = (
		scope,
		{ workflow, node },
	) => `${workflow.id}:${scope === 'node' ? node?.id : ''}`;
	return {
		checkProcessedAndRecord: async (items, scope, context, options) => {
			const key = keyOf(scope, context, options);
			const known = entries.get(key) ?? [];
			const isNew = (item: unknown) => !known.includes(item);
			const fresh = items.filter(isNew);
			const processed = items.filter((item) => !isNew(item));
			const kept = [...known, ...fresh];
			entries.set(key, options.maxEntries ? kept.slice(-options.maxEntries) : kept);
			return { new: fresh, processed };
		},
		removeProcessed: async (items, scope, context, options) => {
			const key = keyOf(scope, context, options);
			const removed = new Set<unknown>(items);
			entries.set(
				key,
				(entries.get(key) ?? []).filter((item) => !removed.has(item)),
			);
		},
		clearAllProcessedItems: async (scope, context, options) => {
			entries.delete(keyOf(scope, context, options));
		},
		getProcessedDataCount: async (scope, context, options) =>
			entries.get(keyOf(scope, context, options))?.length ?? 0,
	};
}

function typeOf(test: TestWorkflow, nodeName: string): INodeType {
	const { type, typeVersion } = test.node(nodeName);
	return test.workflow.nodeTypes.getByNameAndVersion(type, typeVersion);
}

function webhookData(
	test: TestWorkflow,
	nodeName: string,
	webhook: WebhookType,
	httpMethod = 'POST',
): IWebhookData {
	const description = typeOf(test, nodeName).description.webhooks?.find(
		({ name }) => name === webhook,
	);
	if (description === undefined) throw new Error(`${nodeName} has no webhook '${webhook}'`);
	return {
		httpMethod: httpMethod as IWebhookData['httpMethod'],
		node: nodeName,
		path: 'webhook',
		webhookDescription: description,
		workflowId: test.workflow.id,
		workflowExecuteAdditionalData: test.additionalData(),
		webhookId: test.node(nodeName).webhookId,
	};
}

/** n8n's errors carry their HTTP status; express recognises this handler by its four parameters. */
function answerError(
	error: Error & { httpStatusCode?: number },
	_request: ExpressRequest,
	response: ExpressResponse,
	_next: unknown,
): void {
	if (response.headersSent) return;
	response.status(error.httpStatusCode ?? 500).json({ message: error.message });
}
