import type { N8nApi } from '../history/store/api';
import {
	readPublishedWorkflow,
	type PublishedWorkflow,
	type ReadWorkflowOptions,
} from './publishedWorkflow';
import { isRefusal, type Refusal } from './replayResult';

/** A workflow that is published anew while a run goes on is taken up within this time. */
const FRESH_MS = 5_000;

interface Read {
	readonly at: number;
	readonly workflow: Promise<PublishedWorkflow | Refusal>;
}

/**
 * The workflows of one run, each read once, and again when what was read is no longer fresh.
 *
 * n8n saves the static data of a workflow as a whole after an execution that changed them, so a
 * workflow whose nodes use them is read before each of its replays: what the one before it changed
 * must not be overwritten by an old copy.
 */
export class PublishedWorkflows {
	private readonly reads = new Map<string, Read>();

	/** @param now milliseconds, for tests */
	constructor(
		private readonly api: N8nApi,
		private readonly options: ReadWorkflowOptions,
		private readonly now: () => number = () => performance.now(),
	) {}

	async get(id: string): Promise<PublishedWorkflow | Refusal> {
		const known = this.reads.get(id);
		if (known !== undefined && this.now() - known.at < FRESH_MS) return await known.workflow;
		return await this.read(id);
	}

	/** For a run that begins now. */
	async forRun(id: string): Promise<PublishedWorkflow | Refusal> {
		const workflow = await this.get(id);
		return isRefusal(workflow) || !usesStaticData(workflow) ? workflow : await this.read(id);
	}

	private async read(id: string): Promise<PublishedWorkflow | Refusal> {
		const workflow = readPublishedWorkflow(this.api, id, this.options);
		this.reads.set(id, { at: this.now(), workflow });
		workflow.catch(() => this.reads.delete(id));
		return await workflow;
	}
}

const usage = new WeakMap<PublishedWorkflow, boolean>();

/** Code nodes call `$getWorkflowStaticData()`; other nodes do not tell. */
function usesStaticData(workflow: PublishedWorkflow): boolean {
	const known = usage.get(workflow);
	if (known !== undefined) return known;
	const uses = JSON.stringify(workflow.nodes).includes('getWorkflowStaticData');
	usage.set(workflow, uses);
	return uses;
}
