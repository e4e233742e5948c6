import type { LoadedHistory } from '../../test/history/loadedHistory.mts';
import type { ReferenceEvent } from '../../test/history/reference.mts';
import { receivedMessage, sign } from '../../test/support/inboxHub.mts';
import { triggerOutput } from '../../test/support/n8n.mts';
import { nodeOf } from '../../test/support/replayWorkflow.mts';
import { idle } from '../idle.mts';
import { ratioOf, spread, tellFigure } from '../figures.mts';
import { CONNECTIONS, load } from '../load.mts';
import { publishHistory, publishProbe, type Measure } from './measured.mts';

/** What is to be reached of what `executeWorkflow` alone gives. */
const RATIO = 0.8;

const LOAD_SECONDS = 6;

/** Events of the first round, which does not count. */
const WARM_UP = 50;

/** How replays are run: one after the other, only started, or several at a time. */
const WAYS = [
	{ name: 'one after the other, each outcome', onlyStart: false, concurrency: 1 },
	{ name: `${CONNECTIONS} at a time, each outcome`, onlyStart: false, concurrency: CONNECTIONS },
	{ name: 'only started', onlyStart: true, concurrency: 1 },
] as const;

/** Replay against `executeWorkflow` in a loop, and against autocannon on the workflow's webhook. */
export async function benchReplaying(
	history: LoadedHistory,
	events: number,
	mostRounds: number,
): Promise<void> {
	const { n8n, workflows } = history;
	const { workflow, url } = workflows.plain;
	const received = (await history.reference()).answer({
		workflows: [workflow.id],
		order: 'oldest',
	}).events;
	// Nothing is replayed twice: each round needs a stretch of its own.
	const perWay = Math.floor(received.length / WAYS.length) - WARM_UP;
	const rounds = Math.max(1, Math.min(mostRounds, Math.floor(perWay / events)));
	const execute = await publishProbe(n8n, 'execute');
	const code = await copyOf(history);
	const items = await replayedItems(history);
	const group = `Replays of ${events} events through Baileys Trigger > No Operation`;
	console.log('');
	let next = 0;
	for (const { name, onlyStart, concurrency } of WAYS) {
		const alone: number[] = [];
		const replays: number[] = [];
		for (let round = 0; round <= rounds; round += 1) {
			const wanted = round === 0 ? WARM_UP : events;
			const chosen = received.slice(next, next + wanted);
			next += wanted;
			const replay = await replayOf(history, chosen, onlyStart, concurrency);
			const body = { workflow: code, items, count: wanted, onlyStart, concurrency };
			const cells: Array<[rates: number[], measure: Measure, body: object]> = [
				[replays, replay, {}],
				[alone, execute, body],
			];
			for (const [rates, measure, input] of round % 2 === 0 ? cells : cells.reverse()) {
				const { ms, count } = await measure(input);
				if (count !== wanted) throw new Error(`${count} of ${wanted} were replayed`);
				await idle(n8n.client);
				if (round > 0) rates.push((count / ms) * 1_000);
			}
		}
		const unit = 'events/s';
		tellFigure({ group, name: `Replay, ${name}`, ...spread(replays), unit });
		tellFigure({ group, name: `executeWorkflow alone, ${name}`, ...spread(alone), unit });
		const ratio = { ...ratioOf(replays, alone), aim: { atLeast: RATIO } };
		tellFigure({ group, name: `Replay / executeWorkflow alone, ${name}`, ...ratio });
	}
	const loads: number[] = [];
	for (let round = 0; round < rounds; round += 1) {
		loads.push((await load(url, LOAD_SECONDS, delivery)).requestsPerSecond);
		await idle(n8n.client);
	}
	const name = `autocannon on the same workflow's webhook, ${CONNECTIONS} connections`;
	tellFigure({ group, name, ...spread(loads), unit: 'requests/s' });
}

/** Replay with its defaults, for a stretch of the history that nobody replayed before. */
async function replayOf(
	{ n8n, workflows }: LoadedHistory,
	chosen: readonly ReferenceEvent[],
	onlyStart: boolean,
	concurrency: number,
): Promise<Measure> {
	const since = chosen[0]?.startedAt ?? '';
	const until = chosen.at(-1)?.startedAt ?? '';
	return await publishHistory(n8n, {
		operation: 'replay',
		eventsFrom: 'filters',
		target: 'originalWorkflow',
		replayWait: onlyStart ? 'start' : 'outcome',
		filters: { workflows: [workflows.plain.workflow.id], since, until },
		options: { concurrency, maximum: 10_000, eventsPerSecond: 10_000 },
	});
}

/**
 * A copy of the workflow, as Replay gives it to `executeWorkflow`. In the workflow itself each execution
 * would be one more that Replay has to read, to see whether it replayed something.
 */
async function copyOf({ n8n, workflows }: LoadedHistory): Promise<object> {
	const { nodes, connections, settings } = workflows.plain.workflow;
	const [trigger, ...others] = nodes;
	const start = nodeOf(trigger?.name ?? '', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, {
		inputSource: 'passthrough',
	});
	const draft = { name: 'Copy', nodes: [start, ...others], connections, settings };
	return { ...(await n8n.createPublished(draft)), active: true };
}

/**
 * Items like those that Replay hands over, made of events that the workflow received: `executeWorkflow`
 * with less would have less to store, and be compared with something else.
 */
async function replayedItems({ n8n, workflows }: LoadedHistory): Promise<object[]> {
	const workflowId = workflows.plain.workflow.id;
	const executions = await n8n.client.listExecutions({ workflowId, limit: 100 });
	return executions
		.filter(({ mode }) => mode === 'webhook')
		.flatMap((execution) => triggerOutput(execution))
		.map(({ json }) => ({ ...json, replayof: '1', replayedat: new Date().toISOString() }));
}

function delivery() {
	const body = JSON.stringify(receivedMessage());
	return {
		body,
		headers: { 'content-type': 'application/json', 'x-webhook-signature': sign(body) },
	};
}
