import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INodeParameters,
	WorkflowActivateMode,
} from 'n8n-workflow';
import { post, type Answer } from '../support/inboxHub.mts';
import { createWorkflow, type TestWorkflow } from '../support/n8nCore.mts';
import { captureLog } from '../support/n8nLog.mts';
import { runHook, serveWebhook, type WebhookHost } from '../support/n8nWebhook.mts';
import type { Scene, Sent } from './provider.mts';

const TRIGGER = 'Trigger';

export interface CoreTriggerOptions {
	readonly events?: string | string[];
	/** Null: none is selected. @default the scene's */
	readonly credential?: Readonly<Record<string, string>> | null;
	readonly parameters?: INodeParameters;
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
			},
			{ [type]: credential },
			// Claims and secrets are kept by workflow and node.
			{ id: randomUUID() },
		);
		const failures = { left: 0 };
		const store = async () => {
			await new Promise((resolve) => setImmediate(resolve));
			if (failures.left <= 0) return;
			failures.left -= 1;
			throw new Error('the database is full');
		};
		const host = await serveWebhook(workflow, TRIGGER, { store });
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
