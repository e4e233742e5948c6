import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunctions,
	IConnections,
	IDataDeduplicator,
	IDataObject,
	IHookFunctions,
	INode,
	INodeExecutionData,
	INodeType,
	IRun,
	IRunExecutionData,
	ITriggerFunctions,
	IWebhookData,
	IWebhookFunctions,
	IWorkflowExecuteAdditionalData,
	IWorkflowSettings,
	Workflow,
	WorkflowActivateMode,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { authenticate } from './credentialTypes.mts';
import { cacheFolder, ownRuntime, runtimeIn, versionIn } from '../../scripts/n8n/runtimeFolder.mts';

/** Arguments that every context of n8n-core starts with. */
type ContextStart = [
	workflow: Workflow,
	node: INode,
	additionalData: IWorkflowExecuteAdditionalData,
	mode: WorkflowExecuteMode,
];

/** The parts of n8n-core 2.41 that tests use; n8n-core itself is installed with n8n only. */
interface N8nCore {
	WorkflowExecute: new (
		additionalData: IWorkflowExecuteAdditionalData,
		mode: WorkflowExecuteMode,
		data: IRunExecutionData,
	) => { processRunExecutionData(workflow: Workflow): Promise<IRun> & { cancel(): void } };
	ExecutionLifecycleHooks: new (
		mode: string,
		executionId: string,
		workflow: object,
		retryOf?: string,
	) => object;
	HookContext: new (
		...args: [...ContextStart, activation: WorkflowActivateMode, webhook: IWebhookData]
	) => IHookFunctions;
	WebhookContext: new (
		...args: [...ContextStart, webhook: IWebhookData, closeFunctions: [], runData: null]
	) => IWebhookFunctions;
	TriggerContext: new (
		...args: [...ContextStart, activation: WorkflowActivateMode, emit: ITriggerFunctions['emit']]
	) => ITriggerFunctions;
	CredentialTestContext: new () => ICredentialTestFunctions;
	DataDeduplicationService: { init(deduplicator: IDataDeduplicator): Promise<void> };
}

const { folder } = ownRuntime() ?? runtimeIn(cacheFolder());
if (versionIn(folder) === undefined) {
	throw new Error(
		`There is no n8n in ${folder}. Run 'npm test', which installs it, or set N8N_DIR.`,
	);
}

/** Loads a module as n8n does, from the folder in which it is installed. */
export const requireFromN8n = createRequire(join(folder, 'any.js'));

// n8n-core creates its user folder and key when it is loaded: never the real ones.
process.env.N8N_USER_FOLDER = mkdtempSync(join(tmpdir(), 'n8n-core-test-'));
process.env.N8N_ENCRYPTION_KEY = 'only-for-tests';
export const core = requireFromN8n('n8n-core') as N8nCore;
export const n8nWorkflow = requireFromN8n('n8n-workflow') as typeof import('n8n-workflow');

let deduplicator: IDataDeduplicator | undefined;

/** Gives n8n-core a deduplication store, in place of the one it had. n8n-core itself takes one once. */
export async function deduplicateIn(store: IDataDeduplicator): Promise<void> {
	const isFirst = deduplicator === undefined;
	deduplicator = store;
	if (!isFirst) return;
	const current = () => deduplicator ?? store;
	await core.DataDeduplicationService.init({
		checkProcessedAndRecord: async (...args) => await current().checkProcessedAndRecord(...args),
		removeProcessed: async (...args) => await current().removeProcessed(...args),
		clearAllProcessedItems: async (...args) => await current().clearAllProcessedItems(...args),
		getProcessedDataCount: async (...args) => await current().getProcessedDataCount(...args),
	});
}

/** A workflow's nodes: the type itself, and what the editor would save for it. */
export interface TestNode {
	type: INodeType;
	parameters?: INode['parameters'];
	/** Names of credential types that the node has selected. */
	credentials?: readonly string[];
	onError?: INode['onError'];
	typeVersion?: number;
	/** As n8n calls the type of an installed package. @default none */
	packageName?: string;
}

/** A workflow in memory that n8n-core can run, with nothing of n8n's server. */
export interface TestWorkflow {
	workflow: Workflow;
	node(name: string): INode;
	/** What contexts get from n8n: credentials in clear, addresses, no database. */
	additionalData(extra?: object): IWorkflowExecuteAdditionalData;
}

/**
 * Makes a workflow.
 *
 * @param nodes - by name
 * @param credentials - decrypted content by credential type
 */
export function createWorkflow(
	nodes: Readonly<Record<string, TestNode>>,
	credentials: Readonly<Record<string, ICredentialDataDecryptedObject>> = {},
	extra: {
		connections?: IConnections;
		staticData?: IDataObject;
		id?: string;
		settings?: IWorkflowSettings;
	} = {},
): TestWorkflow {
	const typeOf = (name: string): INodeType => {
		const found = Object.values(nodes).find(
			({ type }) => type.description.name === name.split('.').at(-1),
		);
		if (found === undefined) throw new Error(`The test workflow has no node of type ${name}`);
		return found.type;
	};
	const workflow = new n8nWorkflow.Workflow({
		id: extra.id ?? 'workflow-1',
		name: 'Test workflow',
		active: true,
		nodes: Object.entries(nodes).map(([name, node], index) => savedNode(name, node, index)),
		connections: extra.connections ?? {},
		staticData: extra.staticData ?? {},
		settings: { executionOrder: 'v1', ...extra.settings },
		nodeTypes: { getByName: typeOf, getByNameAndVersion: typeOf, getKnownTypes: () => ({}) },
	});
	return {
		workflow,
		node: (name) => {
			const node = workflow.getNode(name);
			if (node === null) throw new Error(`The test workflow has no node '${name}'`);
			return node;
		},
		additionalData: (more = {}) => additionalData(credentials, more),
	};
}

function savedNode(name: string, node: TestNode, index: number): INode {
	const { type, parameters = {}, credentials = [], onError, typeVersion, packageName } = node;
	const { version } = type.description;
	return {
		id: `node-${index}`,
		name,
		type: [...(packageName === undefined ? [] : [packageName]), type.description.name].join('.'),
		typeVersion: typeVersion ?? (Array.isArray(version) ? Math.max(...version) : version),
		position: [0, 0],
		parameters,
		credentials: Object.fromEntries(credentials.map((c) => [c, { id: `id-${c}`, name: c }])),
		onError,
		webhookId: `webhook-${index}`,
	};
}

function additionalData(
	credentials: Readonly<Record<string, ICredentialDataDecryptedObject>>,
	more: object,
): IWorkflowExecuteAdditionalData {
	const origin = 'https://n8n.example.com';
	const data = {
		currentNodeExecutionIndex: 0,
		instanceBaseUrl: `${origin}/`,
		restApiUrl: `${origin}/rest`,
		webhookBaseUrl: `${origin}/webhook`,
		webhookTestBaseUrl: `${origin}/webhook-test`,
		webhookWaitingBaseUrl: `${origin}/webhook-waiting`,
		formWaitingBaseUrl: `${origin}/form-waiting`,
		variables: {},
		setExecutionStatus: () => undefined,
		externalSecretsProxy: { hasProvider: () => false, listProviders: () => [] },
		credentialsHelper: {
			getDecrypted: async (_data: unknown, _node: unknown, type: string) => {
				const content = credentials[type];
				if (content === undefined) throw new Error(`The test has no credential ${type}`);
				return content;
			},
			getParentTypes: () => [],
			getCredentialsProperties: () => [],
			isCredentialUsableByNode: () => true,
			isCredentialOAuth: () => false,
			preAuthentication: async () => undefined,
			authenticate,
		},
		...more,
	};
	return data as unknown as IWorkflowExecuteAdditionalData;
}

/**
 * Runs a workflow from a node on, as n8n does after a trigger fired or "Execute" was clicked.
 *
 * @param signal - cancels the execution, as "Stop" in the editor does
 */
export async function runWorkflow(
	test: TestWorkflow,
	startNode: string,
	items: INodeExecutionData[],
	mode: WorkflowExecuteMode = 'trigger',
	signal?: AbortSignal,
	{ executionId = 'execution-1', retryOf }: { executionId?: string; retryOf?: string } = {},
): Promise<IRun> {
	const { workflow } = test;
	const data = n8nWorkflow.createRunExecutionData({
		executionData: {
			nodeExecutionStack: [{ node: test.node(startNode), data: { main: [items] }, source: null }],
		},
	});
	const saved = {
		id: workflow.id,
		name: workflow.name,
		nodes: Object.values(workflow.nodes),
		connections: workflow.connectionsBySourceNode,
	};
	const hooks = new core.ExecutionLifecycleHooks(mode, executionId, saved, retryOf);
	const extra = test.additionalData({ executionId, hooks });
	const run = new core.WorkflowExecute(extra, mode, data).processRunExecutionData(workflow);
	signal?.addEventListener('abort', () => run.cancel(), { once: true });
	return await run;
}
