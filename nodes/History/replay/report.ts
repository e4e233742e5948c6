import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { StoredEvent } from '../../../lib/history/storedEvent';
import type { RunEnd } from '../../../lib/replay/replayEvents';
import {
	replayedItem,
	type ReplayOutcome,
	type ReplayResult,
} from '../../../lib/replay/replayTarget';
import { withFiles } from './inputEvents';

/** Puts together what the node gives out: one item for each event, in the order of the events. */
export class Report {
	private readonly items: INodeExecutionData[] = [];

	private readonly counts = new Map<ReplayOutcome, number>();

	/**
	 * @param asEvents whether events that are replayed are the items, and nothing is said of the others
	 * @param inputOf the input item that an event came from
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly asEvents: boolean,
		private readonly inputOf: (stored: StoredEvent) => number,
	) {}

	add(stored: StoredEvent, result: ReplayResult, index: number): void {
		this.counts.set(result.outcome, (this.counts.get(result.outcome) ?? 0) + 1);
		const pairedItem = { item: this.inputOf(stored) };
		if (this.asEvents) {
			if (result.outcome !== 'started') return;
			const json = replayedItem(stored, new Date()) as IDataObject;
			this.items[index] = { json, ...withFiles(stored), pairedItem };
			return;
		}
		const { workflowId = '', replayExecutionId: executionId } = result;
		const json = { ...result, event: { ...result.event } } as unknown as IDataObject;
		// n8n's editor shows a link to the execution.
		const link =
			executionId === undefined || workflowId === ''
				? {}
				: { metadata: { subExecution: { executionId, workflowId } } };
		this.items[index] = { json, pairedItem, ...link };
	}

	/** Without holes: an event that was not begun has no item. */
	all(): INodeExecutionData[] {
		return this.items.filter((item) => item !== undefined);
	}

	/** Says in the editor what was done. */
	tell(end: RunEnd, gaps: number): void {
		const counted = [...this.counts].map(([outcome, count]) => `${count} ${WORDS[outcome]}`);
		const done = counted.length === 0 ? 'No event matches' : `Events: ${counted.join(', ')}`;
		const held = gaps === 0 ? '' : ` See the output 'Gaps' for what could not be read.`;
		this.context.addExecutionHints({
			message: `${done}.${ENDS[end]}${held}`,
			location: 'outputPane',
			...(this.counts.has('failed') ? { type: 'warning' as const } : {}),
		});
	}
}

const WORDS: Readonly<Record<ReplayOutcome, string>> = {
	replayed: 'replayed',
	failed: 'failed',
	started: 'started',
	skipped: 'skipped',
	wouldReplay: 'would be replayed',
};

const ENDS: Readonly<Record<RunEnd, string>> = {
	complete: '',
	maximum: " There are more events: the run stopped at 'Maximum'.",
	failure: " The rest was not started because of 'Stop on First Failure'.",
	cancelled: ' The run was canceled.',
};

/** Events between two lines of progress. */
const STEP = 100;

/** While it runs: a line in n8n's log (level debug), and in the browser where somebody looks on. */
export class ReplayProgress {
	private count = 0;

	constructor(private readonly context: IExecuteFunctions) {}

	ended(): void {
		this.count += 1;
		if (this.count % STEP !== 0) return;
		const line = `Event History: ${this.count} events replayed or skipped`;
		this.context.logger.debug(line);
		this.context.sendMessageToUI(line);
	}
}
