import { randomBytes } from 'node:crypto';
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureRuntime } from '../../scripts/n8n/installRuntime.mts';
import { N8nClient } from '../../scripts/n8n/n8nClient.mts';
import type { Owner } from '../../scripts/n8n/n8nClient.mts';
import { startN8n } from '../../scripts/n8n/n8nProcess.mts';
import type { N8nProcess } from '../../scripts/n8n/n8nProcess.mts';
import type { Workflow, WorkflowDraft } from '../../scripts/n8n/n8nTypes.mts';
import { copyPackage, linkPackage } from '../../scripts/n8n/packageLink.mts';
import { ownRuntime } from '../../scripts/n8n/runtimeFolder.mts';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { freePorts } from '../../scripts/support/ports.mts';
import { preparedUserFolder } from './preparedUserFolder.mts';

export { outputOf, triggerOutput } from '../../scripts/n8n/n8nTypes.mts';
export type {
	Execution,
	Workflow,
	WorkflowDraft,
	WorkflowNode,
} from '../../scripts/n8n/n8nTypes.mts';

export interface TestN8nOptions {
	/** Further environment variables for n8n. */
	env?: Record<string, string>;
	/**
	 * One that is kept; where it is empty, n8n starts for the first time.
	 *
	 * @default a new temporary folder, removed by `close()`, in which an owner is set up already
	 */
	userFolder?: string;
	/** @default a free one */
	port?: number;
	/** Load this checkout's build as an installed community package. @default true */
	linkCheckout?: boolean;
	/** With the editor and every module, as users run it: its start takes nearly twice the work. @default false */
	whole?: boolean;
}

/** Modules of n8n that no test has to do with. */
const LEFT_OUT = [
	'agents',
	'breaking-changes',
	'chat-hub',
	'dynamic-credentials',
	'external-secrets',
	'insights',
	'instance-ai',
	'ldap',
	'log-streaming',
	'mcp',
	'mcp-registry',
	'quick-connect',
	'source-control',
	'sso-oidc',
	'sso-saml',
	'token-exchange',
	'workflow-builder',
];

const WITHOUT_WHAT_PLAYS_NO_PART = {
	N8N_DISABLE_UI: 'true',
	// An older n8n does not start with the name of a module that it lacks.
	...(process.env.N8N_DIR ? {} : { N8N_DISABLED_MODULES: LEFT_OUT.join() }),
	// No process of its own for Code nodes, which no test has.
	N8N_RUNNERS_MODE: 'external',
	N8N_RUNNERS_AUTH_TOKEN: 'nobody-comes-with-it',
};

/** n8n's 9,000 compiled modules: a start takes a tenth less CPU time with them. */
const COMPILE_CACHE = join(
	CHECKOUT,
	'node_modules',
	'.cache',
	'n8n-nodes-realtime-webhooks',
	'compiled-n8n',
);

/** For an n8n that starts, and runs what tests ask of it, with as little work as it can. */
export const LEAN_ENV: Readonly<Record<string, string>> = {
	...WITHOUT_WHAT_PLAYS_NO_PART,
	// As `npm start` has it. Else each call of a trigger costs more time than all that is tested.
	N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true',
	// What cannot go live is tried for 15 seconds, and n8n would publish no more than 5 at a time.
	N8N_WORKFLOW_PUBLICATION_CONCURRENCY: '50',
	NODE_COMPILE_CACHE: COMPILE_CACHE,
};

/** As n8n is unless somebody sets it: an isolate for each call of a trigger. */
export const DEFAULT_ISOLATES = { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'false' } as const;

/** What a test must know of a user folder to use it again. */
interface Secrets {
	owner: Owner;
	encryptionKey: string;
	apiKey: string;
}

/** An n8n, or a cluster of them, in which tests publish workflows. */
export type PublishingN8n = Pick<TestN8n, 'client' | 'url' | 'createPublished'>;

/** A real n8n for a test file. Stays the same object over stops and starts. */
export class TestN8n {
	readonly client: N8nClient;
	readonly userFolder: string;
	readonly port: number;
	/** Who signs in to the editor. */
	readonly owner: Owner;
	#process: N8nProcess;
	readonly #restart: () => Promise<N8nProcess>;
	readonly #removeFolder: boolean;

	constructor(
		process: N8nProcess,
		client: N8nClient,
		port: number,
		userFolder: string,
		owner: Owner,
		restart: () => Promise<N8nProcess>,
		removeFolder: boolean,
	) {
		this.#process = process;
		this.client = client;
		this.port = port;
		this.userFolder = userFolder;
		this.owner = owner;
		this.#restart = restart;
		this.#removeFolder = removeFolder;
	}

	get url(): string {
		return this.#process.url;
	}

	get pid(): number {
		return this.#process.pid;
	}

	/** What this n8n has printed since it was started last. */
	log(): string {
		return this.#process.logTail(Infinity);
	}

	/** Creates a workflow and publishes it; waits for `webhookPath` to be live where given. */
	async createPublished(draft: WorkflowDraft, webhookPath?: string): Promise<Workflow> {
		const { id } = await this.client.createWorkflow(draft);
		const workflow = await this.client.publish(id);
		if (webhookPath !== undefined) await this.client.waitForWebhook(webhookPath);
		return workflow;
	}

	/** Stops n8n in good order; the data stay. */
	async stop(): Promise<void> {
		await this.#process.stop();
	}

	/** Ends n8n as a crash would; the data stay. */
	async kill9(): Promise<void> {
		await this.#process.kill9();
	}

	/** Starts n8n on the same data and port, after `stop()` or `kill9()`. */
	async startAgain(): Promise<void> {
		this.#process = await this.#restart();
	}

	/** Stops n8n and removes its temporary folder. */
	async close(): Promise<void> {
		await this.#process.stop();
		if (this.#removeFolder)
			rmSync(this.userFolder, { recursive: true, force: true, maxRetries: 3 });
	}
}

/** Starts a real n8n with an owner and an API key, on 127.0.0.1. Call `close()` in `afterAll`. */
export async function startTestN8n(options: TestN8nOptions = {}): Promise<TestN8n> {
	const userFolder = options.userFolder ?? mkdtempSync(join(tmpdir(), 'n8n-test-'));
	mkdirSync(userFolder, { recursive: true });
	const env = {
		...(options.whole ? { NODE_COMPILE_CACHE: COMPILE_CACHE } : LEAN_ENV),
		...options.env,
	};
	// The prepared folder holds an SQLite file; on PostgreSQL the owner is set up anew.
	if (options.userFolder === undefined && options.env?.DB_TYPE === undefined) {
		cpSync(await prepareUserFolder(), userFolder, { recursive: true });
	}
	if (options.linkCheckout ?? true) {
		// Through a link the package would find the n8n-workflow of this checkout, whatever n8n it is in.
		if (ownRuntime() === undefined) linkPackage(userFolder, CHECKOUT);
		else copyPackage(userFolder, CHECKOUT);
	}
	const [freePort = 0, brokerPort = 0] = await freePorts(2);
	const port = options.port ?? freePort;
	const secrets = readSecrets(userFolder);
	const runtime = await ensureRuntime();
	const { encryptionKey } = secrets;
	const start = async () =>
		await startN8n({ runtime, port, brokerPort, userFolder, encryptionKey, env });

	const n8n = await start();
	try {
		const client = new N8nClient(n8n.url);
		await client.setUpOwnerOrLogIn(secrets.owner);
		client.apiKey = secrets.apiKey;
		if (!(await client.hasValidApiKey())) {
			writeSecrets(userFolder, { ...secrets, apiKey: await client.createApiKey('tests') });
		}
		const remove = options.userFolder === undefined;
		return new TestN8n(n8n, client, port, userFolder, secrets.owner, start, remove);
	} catch (error) {
		await n8n.kill9();
		throw error;
	}
}

/** The user folder that test n8ns start on: migrated, with an owner and an API key. */
export async function prepareUserFolder(): Promise<string> {
	return await preparedUserFolder(async (userFolder) => {
		const n8n = await startTestN8n({ userFolder, linkCheckout: false });
		await n8n.stop();
	});
}

const secretsFile = (userFolder: string) => join(userFolder, 'test-secrets.json');

function readSecrets(userFolder: string): Secrets {
	const file = secretsFile(userFolder);
	if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
	const password = `Aa1${randomBytes(12).toString('hex')}`;
	const owner = { email: 'owner@test.example', password };
	return { owner, encryptionKey: randomBytes(24).toString('hex'), apiKey: '' };
}

function writeSecrets(userFolder: string, secrets: Secrets): void {
	writeFileSync(secretsFile(userFolder), JSON.stringify(secrets), { mode: 0o600 });
}
