import { AsyncLocalStorage } from 'node:async_hooks';
import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { readShare, type Share } from '../../../lib/replay/share';
import { readChoice, readNumberOption } from '../../shared/options';

/** Where events are replayed to. */
type TargetKind = 'originalWorkflow' | 'otherWorkflow' | 'thisWorkflow' | 'url';

/** Parameters of the operation Replay, read and checked. */
export interface ReplaySettings {
	readonly eventsFrom: 'filters' | 'input';
	readonly target: TargetKind;
	/** Of the target Another Workflow. */
	readonly workflowId: string;
	readonly trigger: string;
	/** Of the target URL. */
	readonly url: string;
	readonly timeoutMs: number;
	readonly onlyStart: boolean;
	readonly allowDraft: boolean;
	readonly concurrency: number;
	readonly dryRun: boolean;
	/** 0: no limit. */
	readonly eventsPerSecond: number;
	readonly maximum: number;
	readonly onlyFailed: boolean;
	readonly onlyNewestFailure: boolean;
	readonly order: 'newest' | 'oldest';
	/** Undefined: all events. */
	readonly share: Share | undefined;
	readonly sinceLastRun: boolean;
	readonly skipReplayed: boolean;
	readonly stopOnFirstFailure: boolean;
}

/** So many start in a second where nobody waits for their ends, and no other number was given. */
const STARTS_PER_SECOND = 10;

const NUMBERS = {
	concurrency: { label: 'Concurrency', fallback: 1, least: 1, most: 50 },
	eventsPerSecond: { label: 'Events per Second', fallback: 0, least: 0, most: 10_000 },
	maximum: { label: 'Maximum', fallback: 1_000, least: 1, most: 10_000_000 },
	timeout: { label: 'Timeout (Seconds)', fallback: 15, least: 1, most: 120 },
} as const;

/** @throws {NodeOperationError} that names the parameter */
export function readReplaySettings(context: IExecuteFunctions): ReplaySettings {
	const options = context.getNodeParameter('options', 0, {}) as IDataObject;
	const text = (name: string) => String(context.getNodeParameter(name, 0, '') ?? '').trim();
	const number = (name: keyof typeof NUMBERS) => {
		const { least, most } = NUMBERS[name];
		const advice = `Enter a number from ${least} to ${most}, or remove the option.`;
		return readNumberOption(context, options[name], { ...NUMBERS[name], advice });
	};
	const target = text('target') as TargetKind;
	const eventsFrom = text('eventsFrom') === 'input' ? 'input' : 'filters';
	const isWorkflow = target === 'originalWorkflow' || target === 'otherWorkflow';
	const onlyStart = isWorkflow && text('replayWait') === 'start';
	const perSecond = number('eventsPerSecond');
	const sinceLastRun = options.sinceLastRun === true && eventsFrom === 'filters';
	const order = readChoice(context, 'Order', options.order, ['oldest', 'newest']);
	return {
		eventsFrom,
		target,
		workflowId:
			target === 'otherWorkflow' ? required(context, 'Workflow ID', text('replayWorkflowId')) : '',
		trigger: String(options.trigger ?? '').trim(),
		url: target === 'url' ? required(context, 'URL', text('replayUrl')) : '',
		timeoutMs: number('timeout') * 1_000,
		onlyStart,
		allowDraft: options.allowUnpublished === true,
		concurrency: Math.floor(number('concurrency')),
		dryRun: options.dryRun === true,
		eventsPerSecond: onlyStart && perSecond === 0 ? STARTS_PER_SECOND : perSecond,
		maximum: Math.floor(number('maximum')),
		onlyFailed: options.onlyFailed === true || options.onlyNewestFailure === true,
		onlyNewestFailure: options.onlyNewestFailure === true,
		order: sinceLastRun ? 'oldest' : order,
		share: shareOf(context, options.share, sinceLastRun),
		sinceLastRun,
		skipReplayed: options.skipReplayed !== false,
		stopOnFirstFailure: options.stopOnFirstFailure === true,
	};
}

function shareOf(
	context: IExecuteFunctions,
	value: unknown,
	sinceLastRun: boolean,
): Share | undefined {
	const text = String(value ?? '').trim();
	if (text === '') return undefined;
	const share = readShare(text);
	if (share === undefined) {
		throw new NodeOperationError(context.getNode(), `'Share' has '${text}', which is not a share`, {
			description: "Write the number of this run and how many there are, such as '1/2', up to 100.",
		});
	}
	if (!sinceLastRun) return share;
	throw new NodeOperationError(
		context.getNode(),
		"The options 'Share' and 'Since Last Run' can't be combined",
		{ description: 'One node remembers one place. Remove one of the two options.' },
	);
}

function required(context: IExecuteFunctions, label: string, value: string): string {
	if (value !== '') return value;
	throw new NodeOperationError(context.getNode(), `'${label}' is empty`, {
		description: `Fill in '${label}', or choose another 'Target'.`,
	});
}

/** Ids of the workflows that replay, from the outermost in. */
const chain = new AsyncLocalStorage<readonly string[]>();

/** Runs a replay of a workflow; what it replays in its turn knows by whom it was started. */
export async function replayedBy<T>(workflowId: string, work: () => Promise<T>): Promise<T> {
	return await chain.run([...(chain.getStore() ?? []), workflowId], work);
}

/** Whether this very execution was started, by way of replays, by the workflow. */
export function isReplayedBy(workflowId: string): boolean {
	return chain.getStore()?.includes(workflowId) === true;
}
