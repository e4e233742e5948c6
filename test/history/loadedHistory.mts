import { startTestN8n, type TestN8n, type TestN8nOptions } from '../support/n8n.mts';
import { runMixedWorkflows, type MixedWorkflows } from './mixedWorkflows.mts';
import { multiply } from './multiply.mts';
import { Reference, toKnown, type KnownExecution } from './reference.mts';
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
 * @param options of the n8n
 */
export async function loadHistory(
	database: HistoryDatabase,
	count: number,
	{ env, ...options }: TestN8nOptions = {},
): Promise<LoadedHistory> {
	const started = await database.start();
	const n8n = await startTestN8n({
		...options,
		env: {
			// n8n would delete what is beyond the newest 10,000.
			EXECUTIONS_DATA_PRUNE: 'false',
			...started.n8nEnv,
			...env,
		},
	});
	const workflows = await runMixedWorkflows(n8n);
	// n8n keeps nothing of executions that have ended: it need not be started anew for other ones.
	const store = await started.open(n8n.userFolder);
	const templates = await store.executions();
	await store.remove(templates.map(({ id }) => id));
	await store.add(multiply(templates, workflows, count));
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

/** Data are read and parsed once, which takes seconds for 10,000: later only what is new or changed. */
class References {
	readonly #store: ExecutionStore;
	#known = new Map<number, { readonly head: string; readonly execution: KnownExecution }>();
	#reference = new Reference([]);

	constructor(store: ExecutionStore) {
		this.#store = store;
	}

	async newest(): Promise<Reference> {
		const heads = (await this.#store.heads()).map((row) => [row.id, JSON.stringify(row)] as const);
		const changed = heads.filter(([id, head]) => this.#known.get(id)?.head !== head);
		if (changed.length === 0 && heads.length === this.#known.size) return this.#reference;
		const rows = await this.#store.executions({ ids: changed.map(([id]) => id) });
		const read = new Map(rows.map((row) => [row.id, toKnown(row)]));
		const known = heads.flatMap(([id, head]) => {
			const execution = read.get(id) ?? this.#known.get(id)?.execution;
			return execution === undefined ? [] : [[id, { head, execution }] as const];
		});
		this.#known = new Map(known);
		this.#reference = new Reference(known.map(([, { execution }]) => execution));
		return this.#reference;
	}
}
