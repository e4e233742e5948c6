import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { pause } from '../../../lib/flow/pause';
import { Pace } from '../../../lib/flow/rates';
import type { N8nApi } from '../../../lib/history/store/n8nApi';
import type { Gap, StoredEvent } from '../../../lib/history/storedEvent';
import {
	AdmissionDesk,
	readStanding,
	type ExecutionStanding,
	ReplayClaims,
} from '../../../lib/replay/admission';
import { replayEvents, type RunEnd, type ReplayWatcher } from '../../../lib/replay/replayEvents';
import type { ReplayTarget } from '../../../lib/replay/replayTarget';
import { eventsOfShare } from '../../../lib/replay/share';
import { workClaims } from '../../shared/cluster/n8nsRedis';
import { failedItem } from '../../shared/failedItem';
import { withN8nApi } from '../../shared/n8nApi/n8nEventStore';
import { gapItem, reportProgress } from '../outputItems';
import { readReadOptions, upSince } from '../readFilters';
import { chosenByFilters, chosenByInput, replayFilters, type Chosen } from './eventsToReplay';
import { withTarget } from './openTarget';
import { ReplayProgress, Report } from './report';
import { readReplaySettings, type ReplaySettings } from './settings';
import { openSinceLastRun } from './sinceLastRun';

/** Outcomes that an n8n process remembers; at about 200 bytes each these are 20 MB. */
const REMEMBERED = 100_000;

/** One n8n process has one of these: module state is what the executions of a process share. */
const claimsOfProcess = new ReplayClaims(REMEMBERED);

/** What one run of the operation works with. */
interface Run {
	readonly context: IExecuteFunctions;
	readonly api: N8nApi;
	readonly settings: ReplaySettings;
	readonly statusOf: (executionId: string) => Promise<ExecutionStanding>;
	readonly gaps: INodeExecutionData[];
}

/**
 * Replays the chosen events.
 *
 * @returns a report on each event (or, into this workflow, the events), and the gaps
 */
async function replay(context: IExecuteFunctions, api: N8nApi): Promise<INodeExecutionData[][]> {
	const settings = readReplaySettings(context);
	const signal = context.getExecutionCancelSignal();
	const statusOf = async (executionId: string): Promise<ExecutionStanding> =>
		executionId === context.getExecutionId()
			? 'open'
			: await readStanding(api, executionId, { signal, upSince: upSince() });
	const run: Run = { context, api, settings, statusOf, gaps: [] };
	return await withTarget(context, api, settings, async (target) =>
		settings.eventsFrom === 'input'
			? await replayInput(run, target)
			: await replayFiltered(run, target),
	);
}

async function replayInput(run: Run, target: ReplayTarget): Promise<INodeExecutionData[][]> {
	const { context, api, settings, gaps } = run;
	const chosen = await chosenByInput(context, api, settings, (gap, itemIndex) =>
		gaps.push(gapItem(gap, itemIndex)),
	);
	return await perform(run, target, chosen, undefined);
}

async function replayFiltered(run: Run, target: ReplayTarget): Promise<INodeExecutionData[][]> {
	const { context, api, settings, gaps } = run;
	const filters = replayFilters(context, settings);
	const options = {
		...readReadOptions(context, 0),
		onProgress: reportProgress(context).onProgress,
	};
	const onGap = (gap: Gap) => void gaps.push(gapItem(gap, 0));
	const since = filters.timeOf === 'event' ? undefined : filters.since;
	if (!settings.sinceLastRun) {
		const chosen = await chosenByFilters(api, filters, options, settings, onGap);
		return await perform(run, target, chosen, since);
	}
	const last = await openSinceLastRun(context, api, settings, filters, options, run.statusOf);
	const chosen = await chosenByFilters(api, filters, options, settings, onGap, last.entries);
	let end: RunEnd | undefined;
	try {
		return await perform(run, target, chosen, since, {
			...last.watcher,
			end: (how) => {
				end = how;
			},
		});
	} finally {
		last.save(end);
	}
}

/** Follows a run beside the report. */
interface Follower extends ReplayWatcher {
	end(how: RunEnd): void;
}

async function perform(
	{ context, settings, statusOf, gaps }: Run,
	target: ReplayTarget,
	chosen: Chosen,
	since: Date | undefined,
	follower?: Follower,
): Promise<INodeExecutionData[][]> {
	const { skipReplayed, dryRun, order, eventsPerSecond } = settings;
	const signal = context.getExecutionCancelSignal();
	const asEvents = settings.target === 'thisWorkflow' && !dryRun;
	const report = new Report(context, asEvents, chosen.inputOf);
	const line = new ReplayProgress(context);
	const desk = new AdmissionDesk(target, workClaims('replay') ?? claimsOfProcess, {
		skipReplayed,
		dryRun,
		oldestFirst: order === 'oldest',
		...(since === undefined ? {} : { since }),
		statusOf,
	});
	const watcher: ReplayWatcher = {
		taken: (stored) => follower?.taken(stored),
		ended: (stored, result, index) => {
			follower?.ended(stored, result, index);
			report.add(stored, result, index);
			line.ended();
		},
		stoppedAt: (stored: StoredEvent) => follower?.stoppedAt(stored),
	};
	const pace = new Pace(eventsPerSecond, pause);
	const options = { ...settings, ...(signal === undefined ? {} : { signal }) };
	const events = eventsOfShare(chosen.events, settings.share);
	const end = await replayEvents(events, desk, pace, watcher, options);
	follower?.end(end);
	report.tell(end, gaps.length);
	return [report.all(), gaps];
}

export { replayProperties } from './properties';

/**
 * The operation Replay: once for all input items.
 *
 * @returns reports (or, into this workflow, the events) and gaps; with Continue on Fail, a run that
 * failed is `{error: {message, description?}}`
 */
export async function executeReplay(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		return await withN8nApi(context, async (api) => await replay(context, api));
	} catch (error) {
		return [[failedItem(context, error, 0)], []];
	}
}
