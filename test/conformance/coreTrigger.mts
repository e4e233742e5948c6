import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INodeParameters,
	INodeType,
	WorkflowActivateMode,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { post, type Answer } from '../support/inboxHub.mts';
import { core, createWorkflow, type TestWorkflow } from '../support/n8nCore.mts';
import { captureLog } from '../support/n8nLog.mts';
import { runHook, serveWebhook, type WebhookHost } from '../support/n8nWebhook.mts';
import type { Scene, Sent } from './provider.mts';

const TRIGGER = 'Trigger';
const BEHIND = 'Behind';
const LEADS_BEHIND = { main: [[{ node: BEHIND, type: 'main' as const, index: 0 }]] };

export interface CoreTriggerOptions {
	readonly events?: string | string[];
	/** Null: none is selected. @default the scene's */
	readonly credential?: Readonly<Record<string, string>> | null;
	readonly parameters?: INodeParameters;
	/** A node behind the trigger. */
	readonly behind?: INodeType;
	/** `manual`: somebody listens for a test event. @default 'webhook' */
	readonly mode?: WorkflowExecuteMode;
}

/** A scene's trigger in n8n-core's contexts, behind a real HTTP server, with all that it shows. */
export class CoreTrigger {
	readonly #workflow: TestWorkflow;
	readonly #host: WebhookHost;
	readonly #credential: ICredentialDataDecryptedObject;
	readonly #log: ReturnType<typeof captureLog>;
	readonly #failures: { left: number };
	readonly #shown: unknown[] = [];

	private constructor(
		workflow: TestWorkflow,
		host: WebhookHost,
		credential: ICredentialDataDecryptedObject,
		failures: { left: number },
	) {
		this.#workflow = workflow;
		this.#host = host;
		this.#credential = credential;
		this.#failures = failures;
		this.#log = captureLog();
	}

	static async start(scene: Scene, options: CoreTriggerOptions = {}): Promise<CoreTrigger> {
		const { type, data } = scene.credential;
		const credential = { ...(options.credential ?? data) };
		const workflow = createWorkflow(
			{
				[TRIGGER]: {
					type: new scene.node(),
					parameters: {
						events: options.events ?? scene.selectingAll ?? ['*'],
						...scene.parameters,
						...options.parameters,
					},
					credentials: options.credential === null ? [] : [type],
				},
				...(options.behind === undefined ? {} : { [BEHIND]: { type: options.behind } }),
			},
			{ [type]: credential },
			{
				// Claims and secrets are kept by workflow and node.
				id: randomUUID(),
				...(options.behind === undefined ? {} : { connections: { [TRIGGER]: LEADS_BEHIND } }),
			},
		);
		const failures = { left: 0 };
		const store = async () => {
			await new Promise((resolve) => setImmediate(resolve));
			if (failures.left <= 0) return;
			failures.left -= 1;
			throw new Error('the database is full');
		};
		const host = await serveWebhook(workflow, TRIGGER, { store, mode: options.mode ?? 'webhook' });
		return new CoreTrigger(workflow, host, credential, failures);
	}

	/** Where it really listens. */
	get url(): string {
		return this.#host.url;
	}

	get workflowId(): string {
		return this.#workflow.workflow.id;
	}

	get nodeId(): string {
		return this.#workflow.node(TRIGGER).id;
	}

	/** The URL that a provider is told. */
	get publicUrl(): string {
		return `https://n8n.example.com/webhook/${this.#workflow.node(TRIGGER).webhookId}`;
	}

	async send({ body, headers, query = '' }: Sent): Promise<Answer> {
		const answer = await post(`${this.#host.url}${query}`, body, { ...headers });
		this.#shown.push(answer.json, [...answer.headers]);
		return answer;
	}

	/** Runs a step of registration; what it throws is kept as shown. */
	async hook(
		method: 'checkExists' | 'create' | 'delete',
		activation: WorkflowActivateMode = 'activate',
	): Promise<boolean> {
		try {
			return await runHook(this.#workflow, TRIGGER, method, { activation });
		} catch (error) {
			this.#shown.push(error);
			throw error;
		}
	}

	/** What the trigger handed over so far: its items of all executions, after `execute()`. */
	events(): IDataObject[] {
		return this.#host.executions.flatMap(({ data }) =>
			(data.resultData.runData[TRIGGER] ?? []).flatMap(
				(run) => run.data?.main?.[0]?.map(({ json }) => json) ?? [],
			),
		);
	}

	/** Why executions failed, as the editor shows it. */
	failures(): Array<{ message: string; description: string }> {
		return this.#host.executions.flatMap(({ data: { resultData } }) =>
			resultData.error === undefined
				? []
				: [
						{
							message: resultData.error.message,
							description: String(Object(resultData.error).description),
						},
					],
		);
	}

	/** What the deliveries of a test or of the published workflow left in n8n's executions. */
	executionsAsText(): string {
		return JSON.stringify(this.#host.executions);
	}

	/** Starts what the node runs all the time where the workflow is published. */
	async listen(mode: WorkflowExecuteMode = 'trigger') {
		const emitted: IDataObject[] = [];
		const node = this.#workflow.node(TRIGGER);
		const { workflow } = this.#workflow;
		const type = workflow.nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
		const context = new core.TriggerContext(
			workflow,
			node,
			this.#workflow.additionalData(),
			mode,
			'activate',
			(items) => void emitted.push(...items.flat().map(({ json }) => json)),
		);
		const running = await type.trigger?.call(context);
		return { emitted, close: async () => await running?.closeFunction?.() };
	}

	/** The user changes the credential. */
	setCredential(data: Readonly<Record<string, string>>): void {
		for (const key of Object.keys(this.#credential)) delete this.#credential[key];
		Object.assign(this.#credential, data);
	}

	/** The user changes the parameter `Events`. */
	setEvents(events: string | string[]): void {
		this.#workflow.node(TRIGGER).parameters.events = events;
	}

	/** n8n cannot store the next executions. */
	failStores(count: number): void {
		this.#failures.left = count;
	}

	log(): string {
		return this.#log.text();
	}

	everythingShown(): string {
		return inspect([this.#shown, this.#host.executions, this.log()], {
			depth: null,
			maxStringLength: null,
			maxArrayLength: null,
		});
	}

	async close(): Promise<void> {
		this.#log.stop();
		await this.#host.close();
	}
}
