import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	IRun,
	ITriggerResponse,
	WorkflowActivateMode,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import type { EventEnvelope } from '../../lib/event/envelope.ts';
import { RealtimeTrigger } from '../../nodes/Realtime/RealtimeTrigger.node.ts';
import { core, createWorkflow } from './n8nCore.mts';

/** A line of n8n's log. */
export interface LogLine {
	level: 'error' | 'info' | 'warn';
	message: string;
}

export interface TriggerInput {
	parameters: INode['parameters'];
	credential: ICredentialDataDecryptedObject;
	/** @default 'realtimeWebhooksSocketIoApi' */
	credentialType?: string;
	/** Further ones, by type. */
	moreCredentials?: Readonly<Record<string, ICredentialDataDecryptedObject>>;
	/** What the node kept from an earlier run. */
	staticData?: IDataObject;
	/** What is told rarely is told by workflow and node. @default the same for all */
	workflowId?: string;
	/** @default 'trigger' */
	mode?: WorkflowExecuteMode;
	/** How n8n activates the workflow. @default 'activate' */
	activation?: WorkflowActivateMode;
	/** What becomes of an execution; by default it is stored and ends at once. */
	run?: () => Promise<void>;
}

/** Realtime Trigger in n8n-core's TriggerContext, with everything that it hands over. */
export class RunningTrigger {
	readonly events: EventEnvelope[] = [];
	/** n8n's deduplication key of each event. */
	readonly keys: Array<string | undefined> = [];
	/** What went through n8n's error path. */
	readonly errors: Error[] = [];
	readonly log: LogLine[] = [];
	private readonly staticData: IDataObject;

	private response: ITriggerResponse | undefined;
	private readonly waiting = new Set<() => void>();

	private constructor(staticData: IDataObject) {
		this.staticData = staticData;
	}

	/** Activates the node; rejects with what n8n would show for a failed publication. */
	static async start(input: TriggerInput): Promise<RunningTrigger> {
		const trigger = new RunningTrigger(input.staticData ?? {});
		await trigger.activate(input);
		return trigger;
	}

	/** Resolves when the condition holds; it is looked at after everything that happens. */
	async until(condition: () => boolean): Promise<void> {
		if (condition()) return;
		await new Promise<void>((resolve) => {
			const check = () => {
				if (!condition()) return;
				this.waiting.delete(check);
				resolve();
			};
			this.waiting.add(check);
		});
	}

	/** The payloads of all events so far. */
	get payloads(): unknown[] {
		return this.events.map(({ data }) => data.payload);
	}

	/** A copy of what the node has kept for its next run. */
	kept(): IDataObject {
		return JSON.parse(JSON.stringify(this.staticData)) as IDataObject;
	}

	/** 'Listen for event' in the editor. */
	async listen(): Promise<void> {
		await this.response?.manualTriggerFunction?.();
	}

	async close(): Promise<void> {
		await this.response?.closeFunction?.();
	}

	/** All that anybody could read, as text: to look for what must not be in it. */
	get shown(): string {
		return JSON.stringify([this.events, this.log, this.errors.map(String)]);
	}

	private async activate(input: TriggerInput) {
		const { parameters, credential, credentialType, moreCredentials, mode, run } = input;
		const type = new RealtimeTrigger();
		const credentials = {
			[credentialType ?? 'realtimeWebhooksSocketIoApi']: credential,
			...moreCredentials,
		};
		const node = { type, parameters, credentials: Object.keys(credentials) };
		const { staticData } = this;
		const test = createWorkflow({ Trigger: node }, credentials, {
			staticData,
			...(input.workflowId === undefined ? {} : { id: input.workflowId }),
		});
		const emit = (
			[items]: Array<Array<{ json: unknown }>>,
			_response: unknown,
			done: { resolve(run: IRun): void; reject(error: Error): void } | undefined,
			key: string | undefined,
		) => {
			this.events.push(items?.[0]?.json as EventEnvelope);
			this.keys.push(key);
			void (run?.() ?? Promise.resolve()).then(
				() => done?.resolve({} as IRun),
				(error: Error) => done?.reject(error),
			);
			this.changed();
		};
		const context = new core.TriggerContext(
			test.workflow,
			test.node('Trigger'),
			test.additionalData(),
			mode ?? 'trigger',
			input.activation ?? 'activate',
			emit as never,
		);
		context.emitError = (error) => {
			this.errors.push(error);
			this.changed();
		};
		const write = (level: LogLine['level']) => (message: string) => {
			this.log.push({ level, message });
			this.changed();
		};
		const logger = { error: write('error'), info: write('info'), warn: write('warn') };
		Object.defineProperty(context, 'logger', { value: logger });
		this.response = await type.trigger.call(context);
		// As in n8n, whose expressions can be evaluated within `trigger()` only.
		for (const name of ['getNodeParameter', 'getCredentials']) {
			Object.defineProperty(context, name, {
				value: () => {
					throw new Error('No bridge acquired for this context');
				},
			});
		}
	}

	private changed(): void {
		for (const check of [...this.waiting]) check();
	}
}
