import { randomUUID } from 'node:crypto';
import { shuffle } from '../../lib/flow/sequence.ts';
import { until } from '../../scripts/support/until.mts';
import { publishRecover } from '../../bench/crash/scene.mts';
import { baileysDraft, createInboxHubCredential } from '../support/baileysWorkflow.mts';
import { deliver, receivedMessage, type Answer } from '../support/inboxHub.mts';
import type { WorkflowNode } from '../support/n8n.mts';
import { randomNumbers } from '../support/randomNumbers.mts';
import { RepeatingSender } from '../support/repeatingSender.mts';
import { nodeOf } from '../support/replayWorkflow.mts';
import type { TestCluster } from '../support/testCluster.mts';

/** The last node of the workflows of all scenes: an event that gets there has run. */
export const LAST = 'Done';

/** Under load a restarted n8n may take minutes; nothing here is measured in time. */
export const PATIENCE_MS = 280_000;

/** What became of the events of one scene. */
export interface Counts {
	readonly events: number;
	readonly deliveries: number;
	readonly executions: number;
	/** Executions by their status. */
	readonly statuses: Readonly<Record<string, number>>;
	/** Acknowledged, and never ran to the end. */
	readonly lost: readonly string[];
	/** Ran to the end more than once, each time stored by n8n as a success. */
	readonly doubled: readonly string[];
}

interface Load {
	readonly before: number;
	/** @default 8 */
	readonly eventsPerSecond?: number;
	/** Of the random numbers, and of the ids. */
	readonly seed?: number;
}

/** What the workflow of a scene was sent. */
export interface Sent {
	/** Ids. */
	readonly acknowledged: ReadonlySet<string>;
	readonly deliveries: number;
}

/** One published workflow of a cluster, and the addresses of its trigger at both processors. */
export class Scene {
	readonly workflowId: string;
	readonly urls: readonly string[];
	readonly #cluster: TestCluster;

	private constructor(cluster: TestCluster, workflowId: string, urls: readonly string[]) {
		this.#cluster = cluster;
		this.workflowId = workflowId;
		this.urls = urls;
	}

	/** @param following nodes between the trigger and the last one */
	static async publish(
		cluster: TestCluster,
		{ following = [], options = {} }: { following?: WorkflowNode[]; options?: object } = {},
	): Promise<Scene> {
		const path = randomUUID();
		const draft = baileysDraft(path, await createInboxHubCredential(cluster), {
			parameters: { events: ['*'], options },
			following: [...following, nodeOf(LAST, 'n8n-nodes-base.noOp', 1)],
		});
		const { id } = await cluster.createPublished(draft, path);
		return new Scene(cluster, id, cluster.urlsOf(path));
	}

	/** Delivers a message as its gateway does, once, to the processor of that number. */
	async send(id: string, processor: number): Promise<Answer> {
		return await deliver(this.urls[processor % this.urls.length] ?? '', messageOf(id));
	}

	/**
	 * Sends all of these, so many at a time, each to a processor at random. What is not acknowledged is
	 * sent again.
	 */
	async sendAll(ids: readonly string[], atOnce: number, seed = 1): Promise<void> {
		const random = randomNumbers(seed);
		const left = [...ids];
		await Promise.all(
			Array.from({ length: atOnce }, async () => {
				for (let id = left.pop(); id !== undefined; id = left.pop()) {
					const one = id;
					await until(`${one} is acknowledged`, PATIENCE_MS, async () => {
						const { status } = await this.send(one, random() < 0.5 ? 0 : 1);
						return status === 200 ? true : undefined;
					});
				}
			}),
		);
	}

	/** Waits until nothing of this workflow waits or runs; what a dead worker had stays behind. */
	async isIdle(): Promise<boolean> {
		const { statuses } = await this.#cluster.outcomeOf(this.workflowId, LAST);
		return (statuses.new ?? 0) + (statuses.running ?? 0) + (statuses.waiting ?? 0) === 0;
	}

	/**
	 * Counts what became of what was acknowledged, as soon as all of it has run.
	 *
	 * @param acknowledged ids
	 * @param recover runs Recover, where a part died with what it ran
	 */
	async count(
		acknowledged: ReadonlySet<string>,
		deliveries: number,
		recover?: () => Promise<unknown>,
	): Promise<Counts> {
		const look = async (): Promise<Counts> => {
			const { executions, statuses, completed } = await this.#cluster.outcomeOf(
				this.workflowId,
				LAST,
			);
			return {
				events: acknowledged.size,
				deliveries,
				executions,
				statuses,
				lost: [...acknowledged].filter((id) => !completed.has(id)),
				doubled: [...completed].flatMap(([id, times]) => (times > 1 ? [`${id} (${times})`] : [])),
			};
		};
		const isOver = async () => {
			const { lost } = await look();
			return lost.length === 0 && (await this.isIdle()) ? true : undefined;
		};
		// What is not over in time is counted as it is.
		await until('all of it has run', PATIENCE_MS, async () => {
			if (await isOver()) return true;
			// A part is just coming back: Recover is asked again.
			await recover?.().catch(() => undefined);
			return await isOver();
		}).catch(() => undefined);
		return await look();
	}

	/**
	 * Keeps sending as gateways do, with repeats, while something happens to the cluster.
	 *
	 * @param before events that are acknowledged before it happens, and after it
	 */
	async sendDuring(
		{ before, eventsPerSecond = 8, seed = 1 }: Load,
		happens: () => Promise<void>,
	): Promise<Sent> {
		const sender = new RepeatingSender({
			urls: this.urls,
			eventsPerSecond,
			random: randomNumbers(seed),
			prefix: `S${seed}`,
			repeatWithinMs: 3_000,
		});
		const acknowledged = async (count: number) =>
			await until(`${count} events are acknowledged`, PATIENCE_MS, async () =>
				sender.acknowledged.size >= count ? true : undefined,
			);
		try {
			await acknowledged(before);
			await happens();
			await acknowledged(sender.acknowledged.size + before);
		} catch (error) {
			sender.giveUp();
			throw error;
		}
		await sender.finish();
		return sender;
	}

	/** The same, and counts what became of them as soon as all have run. */
	async underLoad(
		load: Load,
		happens: () => Promise<void>,
		recover?: () => Promise<unknown>,
	): Promise<Counts> {
		const { acknowledged, deliveries } = await this.sendDuring(load, happens);
		return await this.count(acknowledged, deliveries, recover);
	}
}

/**
 * Ids in random order, some of them twice.
 *
 * @param share of them that come again
 */
export function withRepeats(ids: readonly string[], share: number, random: () => number): string[] {
	return shuffle([...ids, ...ids.filter(() => random() < share)], random);
}

/** The body of the message of that id: its repeats are the same. */
function messageOf(whatsappMessageId: string): Record<string, unknown> {
	return receivedMessage({ whatsappMessageId });
}

/** A second of work, so that something runs whenever a part dies. */
export function aMoment(seconds = 1): WorkflowNode {
	return nodeOf(
		'A moment',
		'n8n-nodes-base.wait',
		1.1,
		{ amount: seconds, unit: 'seconds' },
		{
			webhookId: randomUUID(),
		},
	);
}

/** What Recover told of one execution. */
export interface RecoverItem {
	readonly outcome: string;
	/** Null: n8n had none yet. */
	readonly executionId: string | null;
}

/**
 * Publishes a workflow that recovers whenever it is asked.
 *
 * @returns asks one of the processors
 */
export async function publishRecovery(
	cluster: TestCluster,
): Promise<(processor: number) => Promise<RecoverItem[]>> {
	const path = new URL(await publishRecover(cluster)).pathname.replace('/webhook/', '');
	const urls = cluster.urlsOf(path);
	return async (processor) => {
		const answer = await fetch(urls[processor % urls.length] ?? '', { method: 'POST' });
		const text = await answer.text();
		if (!answer.ok) throw new Error(`Recover answered ${answer.status}: ${text}`);
		const found: unknown = JSON.parse(text);
		return (Array.isArray(found) ? (found as RecoverItem[]) : []).filter(
			(item) => item.outcome !== undefined,
		);
	};
}
