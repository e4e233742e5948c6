import type { IDataObject } from 'n8n-workflow';
import type { HeldRedis } from '../../../lib/cluster/heldRedises';
import { isQueueMode, n8nKeyPrefix } from '../../../lib/cluster/n8nRedis';
import { NodeKeys } from '../../../lib/cluster/nodeKeys';
import { Outbox } from '../../../lib/cluster/outbox';
import { Runners } from '../../../lib/cluster/runners';
import { SharedRedisError } from '../../../lib/cluster/sharedRedisError';
import { inWords } from '../../../lib/net/failure';
import type { KeptEvent } from '../../../lib/replay/lostEvents';
import type { PackageTrigger, PackageWorkflow } from '../../../lib/replay/recover';
import {
	namesAnotherRedis,
	selectedRedis,
	type SelectedCredential,
} from '../../shared/cluster/deduplicationStore';
import { heldN8nsRedis, triggerScope } from '../../shared/cluster/n8nsRedis';
import type { GivenRedis } from './givenRedis';

/** What is in the outboxes of some workflow. */
export interface Kept {
	readonly workflow: PackageWorkflow;
	/** Oldest first. */
	readonly events: readonly KeptEvent[];
	/** Outboxes that could not be looked into. */
	readonly unseen: readonly UnseenOutbox[];
}

export interface UnseenOutbox {
	readonly trigger: PackageTrigger;
	/** Name of the credential by which the trigger reaches it. */
	readonly credential: string | undefined;
	/** Why, and what to do. */
	readonly message: string;
}

/**
 * What the outboxes of the workflows hold; undefined where one process runs everything. It has to be
 * asked for before n8n's executions: what ends meanwhile is then among those.
 *
 * @param given the Redis that the user named for triggers that name it too
 * @throws {SharedRedisError} where n8n's own Redis cannot be asked
 */
export async function listKept(
	workflows: readonly PackageWorkflow[],
	given: GivenRedis | undefined,
): Promise<readonly Kept[] | undefined> {
	if (!isQueueMode()) return undefined;
	const found: Kept[] = [];
	const inGiven = new NamedOutboxes(given);
	for (const workflow of workflows) {
		const events: KeptEvent[] = [];
		const unseen: UnseenOutbox[] = [];
		for (const trigger of workflow.triggers) {
			const inNamed = await inGiven.list(workflow, trigger);
			if ('message' in inNamed) unseen.push(inNamed);
			else events.push(...inNamed.events);
			// Also what came in before the trigger named another one.
			const own = await listIn(heldN8nsRedis(), workflow, trigger);
			const known = new Set(events.map(nameOf));
			events.push(...own.filter((event) => !known.has(nameOf(event))));
		}
		events.sort((a, b) => Number(a.entry.since) - Number(b.entry.since));
		found.push({ workflow, events, unseen });
	}
	return found;
}

function nameOf({ trigger, entry }: KeptEvent): string {
	return `${trigger.id}:${entry.member.toString('hex')}`;
}

/** What stands in the Redis that the user named. */
class NamedOutboxes {
	/** Where it is away, to ask for one trigger is enough. */
	private failure: SharedRedisError | undefined;

	constructor(private readonly given: GivenRedis | undefined) {}

	async list(
		workflow: PackageWorkflow,
		trigger: PackageTrigger,
	): Promise<{ readonly events: readonly KeptEvent[] } | UnseenOutbox> {
		const { given } = this;
		if (!namesAnotherRedis(trigger)) return { events: [] };
		const credential = selectedRedis(trigger.credentials);
		const about = { trigger, credential: credential?.name };
		if (given === undefined || credential?.id === undefined || credential.id !== given.id) {
			return { ...about, message: notGivenWords(workflow, trigger, credential) };
		}
		if (this.failure === undefined) {
			try {
				return { events: await listIn(given.held, workflow, trigger) };
			} catch (error) {
				this.failure = asSharedRedisError(error);
			}
		}
		const why = `The Redis of the credential '${credential.name}', in which ${nameWords(workflow, trigger)} keeps its events, could not be read: ${inWords(this.failure)}`;
		return { ...about, message: `${why}. They stay there for 7 days: run Recover again.` };
	}
}

/** @throws any other error */
function asSharedRedisError(error: unknown): SharedRedisError {
	if (error instanceof SharedRedisError) return error;
	throw error;
}

async function listIn(
	{ redis }: HeldRedis,
	workflow: PackageWorkflow,
	trigger: PackageTrigger,
): Promise<KeptEvent[]> {
	const prefix = n8nKeyPrefix();
	const keys = new NodeKeys(prefix, triggerScope(workflow.id, trigger.id));
	const outbox = new Outbox({ redis, keys });
	const runners = new Runners(redis, prefix, keys);
	const entries = await outbox.list();
	return entries.map((entry) => ({
		workflow,
		trigger,
		outbox,
		entry,
		isStillRun: async (asked) => await runners.isAlive(asked),
	}));
}

function notGivenWords(
	workflow: PackageWorkflow,
	trigger: PackageTrigger,
	credential: SelectedCredential | undefined,
): string {
	const name = nameWords(workflow, trigger);
	if (credential === undefined) {
		return `The option 'Deduplication Store' of ${name} is set to 'Another Redis', but no credential is selected there, so its deliveries are answered with 503. Select one in the trigger.`;
	}
	return `Recover did not look into the Redis of the credential '${credential.name ?? credential.id}', in which ${name} keeps its events. Set the option 'Deduplication Store' of Recover to 'Another Redis' and select this credential. For several of them, use a Recover for each, and choose its workflows.`;
}

function nameWords(workflow: PackageWorkflow, trigger: PackageTrigger): string {
	return `the trigger '${trigger.name}' of the workflow '${workflow.name}'`;
}

/** The item of the report that tells of an outbox nobody looked into. */
export function unseenItem(
	{ id }: PackageWorkflow,
	{ trigger, credential, message }: UnseenOutbox,
): IDataObject {
	return {
		outcome: 'unclear',
		executionId: null,
		firstExecutionId: null,
		workflowId: id,
		crashes: 0,
		from: 'outbox',
		trigger: trigger.name,
		credential: credential ?? null,
		message,
	};
}
