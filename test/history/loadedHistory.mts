import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { runMixedWorkflows, type MixedWorkflows } from './mixedWorkflows.mts';
import { multiply } from './multiply.mts';
import { Reference } from './reference.mts';
import type { ExecutionStore, HistoryDatabase, RawExecution } from './store.mts';

/** n8n that has run often. */
export interface LoadedHistory {
	readonly n8n: TestN8n;
	readonly store: ExecutionStore;
	readonly workflows: MixedWorkflows;
	/** Executions that n8n itself made, before they were multiplied. */
	readonly templates: readonly RawExecution[];
	/** What the database holds now. */
	reference(): Promise<Reference>;
	close(): Promise<void>;
}

/**
 * Starts an n8n on a database, has it make executions of every kind, and multiplies them.
 *
 * @param count executions in all
 * @param env further environment variables for n8n
 */
export async function loadHistory(
	database: HistoryDatabase,
	count: number,
	env: Record<string, string> = {},
): Promise<LoadedHistory> {
	const started = await database.start();
	const n8n = await startTestN8n({
		env: {
			N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true',
			// n8n would delete what is beyond the newest 10,000.
			EXECUTIONS_DATA_PRUNE: 'false',
			...started.n8nEnv,
			...env,
		},
	});
	const workflows = await runMixedWorkflows(n8n);
	await n8n.stop();
	const store = await started.open(n8n.userFolder);
	const templates = await store.executions();
	await store.remove(templates.map(({ id }) => id));
	await store.add(multiply(templates, workflows, count));
	await n8n.startAgain();
	await n8n.client.waitForWebhook(workflows.plain.path);
	const references = new References(store);
	return {
		n8n,
		store,
		workflows,
		templates,
		reference: async () => await references.newest(),
		close: async () => {
			await store.close();
			await n8n.close();
			await started.close();
		},
	};
}

/** A reference takes seconds to make: it is made anew when there are other executions. */
class References {
	readonly #store: ExecutionStore;
	#made: { readonly newestId: number | undefined; readonly reference: Reference } | undefined;

	constructor(store: ExecutionStore) {
		this.#store = store;
	}

	async newest(): Promise<Reference> {
		const newestId = (await this.#store.executions({ newest: 1 }))[0]?.id;
		const made =
			this.#made !== undefined && this.#made.newestId === newestId
				? this.#made
				: { newestId, reference: new Reference(await this.#store.executions()) };
		this.#made = made;
		return made.reference;
	}
}
