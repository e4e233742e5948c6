import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { inLanes } from '../../../lib/flow/sequence';
import { UnansweredLimit } from '../../../lib/net/retry';
import { registerAsOrdered, removeAsOrdered } from '../../../lib/registration/orderedRegistration';
import {
	type FoundWebhook,
	type FoundWebhooks,
	type WebhookAccountApi,
	maskedUrl,
	viewOf,
	type ViewOptions,
} from '../../../lib/registration/webhookAccount';
import { itemError } from '../../shared/failedItem';
import { ProviderError } from '../../shared/providerApi/providerApi';
import type { GatewayTarget, WebhookGateway } from './gateway';
import { type GatewayOrder, readOrder, CONCURRENCY, MOST_CONCURRENCY } from './webhookOrder';
import { chosenTargets } from './targets';

/** An order that could not be carried out as given. Its words are for the user. */
class OrderRefusal extends Error {}

/**
 * Carries an order out at one session.
 *
 * @param name of the session, for errors: `session 93`
 * @returns what the output item tells; no secret is in it
 * @throws {OrderRefusal} where the order would harm somebody else, or had no effect
 */
async function carryOut(
	api: WebhookAccountApi,
	order: GatewayOrder,
	name: string,
): Promise<IDataObject> {
	return (await carriedOut(api, order, name)) as unknown as IDataObject;
}

async function carriedOut(api: WebhookAccountApi, order: GatewayOrder, name: string) {
	if (order.operation === 'get') return await look(api, order);
	if (order.operation === 'register') return await register(api, order, name);
	return await remove(api, order, name);
}

type Ordered<Operation> = Extract<GatewayOrder, { operation: Operation }>;

/** What the item of each operation tells, beside what it was asked for. */
export interface CarriedOut {
	readonly get: Awaited<ReturnType<typeof look>>;
	readonly register: Awaited<ReturnType<typeof register>>;
	readonly remove: Awaited<ReturnType<typeof remove>>;
}

async function look(api: WebhookAccountApi, { url, view }: Ordered<'get'>) {
	const { webhooks } = await api.look();
	const ours = webhooks.find((one) => one.url === url);
	return {
		webhook: shown(ours ?? (api.holdsMany && url !== undefined ? undefined : webhooks[0]), view),
		...(url === undefined ? {} : { registered: ours?.enabled === true }),
		...(api.holdsMany ? { webhooks: webhooks.map((one) => shown(one, view)) } : {}),
	};
}

async function register(api: WebhookAccountApi, order: Ordered<'register'>, name: string) {
	const { url, view } = order;
	const done = await registerAsOrdered(api, order);
	if (done.state === 'occupied') {
		throw new OrderRefusal(
			`${name} already delivers to ${maskedUrl(done.by.url)}, and can have only one webhook. Nothing was changed. To replace that webhook, turn on the option 'Replace Existing', or add its URL to 'Former URLs'.`,
		);
	}
	if (done.state === 'ignored') throw noEffect(name, 'does not list the webhook that was set');
	const { changed, before, after, replaced, drift } = done;
	const wasThere = before.webhooks.some((one) => one.url === url);
	const result = wasThere ? 'updated' : replaced.length > 0 ? 'replaced' : 'added';
	return {
		result: changed ? result : 'unchanged',
		changed,
		before: shown(ownOf(api, before, url), view),
		after: shown(ownOf(api, after, url), view),
		...(drift === undefined ? {} : { drift }),
		...(replaced.length === 0 ? {} : { replaced: replaced.map((one) => shown(one, view)) }),
		...lossOf(replaced, view),
	};
}

async function remove(api: WebhookAccountApi, { url, view }: Ordered<'remove'>, name: string) {
	const { state, before, after, removed } = await removeAsOrdered(api, url);
	if (state === 'ignored') throw noEffect(name, 'still lists the webhook that was removed');
	return {
		result: state,
		changed: removed.length > 0,
		before: shown(ownOf(api, before, url), view),
		after: shown(ownOf(api, after, url), view),
		...(removed.length === 0 ? {} : { removed: removed.map((one) => shown(one, view)) }),
		...lossOf(removed, view),
	};
}

/** Ours, where several stand beside each other; else the one that has the place. */
function ownOf(
	{ holdsMany }: WebhookAccountApi,
	{ webhooks }: FoundWebhooks,
	url: string | undefined,
): FoundWebhook | undefined {
	const ours = webhooks.find((one) => one.url === url);
	return ours ?? (holdsMany && url !== undefined ? undefined : webhooks[0]);
}

function shown(found: FoundWebhook | undefined, options: ViewOptions) {
	return found === undefined ? null : { ...viewOf(found, options) };
}

/** Which of the webhooks that are gone had something that is not in the credential. */
function lossOf(
	gone: readonly FoundWebhook[],
	options: ViewOptions,
): { readonly lost?: readonly string[] } {
	const lost = gone
		.filter(({ enabled }) => enabled)
		.map((one) => viewOf(one, options))
		.filter(({ secret }) => secret === 'other' || secret === 'notShown')
		.map(({ url }) => `the secret of ${url}`);
	return lost.length === 0 ? {} : { lost };
}

function noEffect(name: string, what: string): OrderRefusal {
	return new OrderRefusal(
		`The gateway accepted the change, but for ${name} it ${what}. Check it at the gateway, and run this again.`,
	);
}

/** One session of one item, and what to do there; or why that is not known. */
export type Step = FailedAt &
	({ readonly session: string; readonly order: GatewayOrder } | { readonly failure: string });

/**
 * Reads what is to be done at each session of each item, before anything is.
 *
 * @param secrets those of the credential, the current one first
 * @throws {NodeOperationError} where an item makes no sense, unless the node continues on fail
 */
export async function readSteps(
	context: IExecuteFunctions,
	gateway: WebhookGateway,
	secrets: readonly string[],
): Promise<Step[]> {
	let listed: Promise<GatewayTarget[]> | undefined;
	const list = async () => await (listed ??= gateway.list(context));
	const steps: Step[] = [];
	for (const itemIndex of context.getInputData().keys()) {
		try {
			const order = readOrder(context, itemIndex, gateway, secrets);
			const sessions = await chosenTargets(context, itemIndex, gateway, list);
			for (const session of sessions) steps.push({ itemIndex, session, order });
		} catch (error) {
			const message = wordsOf(error, gateway);
			// Nothing has been changed yet: what is wrong is told before anything is.
			if (!context.continueOnFail()) throw itemError(context, { message }, itemIndex);
			steps.push({ itemIndex, failure: message });
		}
	}
	return steps;
}

/** A gateway that fails so often in a row is not asked any more. */
const MOST_OUTAGES = 3;

/**
 * Carries out all steps, a few at a time, until one fails or the execution is cancelled; with
 * Continue on Fail, each failure becomes an item.
 *
 * @returns one item for each step, in order
 * @throws {NodeOperationError} for the first that failed
 */
export async function runSteps(
	context: IExecuteFunctions,
	gateway: WebhookGateway,
	steps: readonly Step[],
): Promise<INodeExecutionData[]> {
	const signal = context.getExecutionCancelSignal();
	const limit = new UnansweredLimit(
		MOST_OUTAGES,
		(error) => error instanceof ProviderError && error.isOutage,
	);
	let hasFailed = false;
	const tasks = steps.map((step) => ({
		// Two changes of one session at the same time would each undo the other.
		lane: step.session ?? '',
		run: async (): Promise<INodeExecutionData> => {
			const done = runStep(context, gateway, step, limit);
			done.catch(() => {
				hasFailed = true;
			});
			return await done;
		},
	}));
	const goesOn = context.continueOnFail();
	const mayStart = () => signal?.aborted !== true && (goesOn || !hasFailed);
	const outcomes = await inLanes(tasks, { most: readConcurrency(context), mayStart });
	const output: INodeExecutionData[] = [];
	for (const [index, outcome] of outcomes.entries()) {
		const step = steps[index];
		if (outcome === undefined || step === undefined) continue;
		if (outcome.status === 'fulfilled') {
			output.push(outcome.value);
			continue;
		}
		const message = wordsOf(outcome.reason, gateway);
		if (!goesOn) {
			const done = outcomes.filter((one) => one?.status === 'fulfilled').length;
			const description = `${done} of ${steps.length} ${gateway.slotName}s are done. Run the node again for all of them: those that are done stay as they are. If 'On Error' is set to continue, a failed ${gateway.slotName} does not stop the others.`;
			throw itemError(context, { message, description }, step.itemIndex);
		}
		output.push(failedAt(step, message, gateway));
	}
	return output;
}

async function runStep(
	context: IExecuteFunctions,
	gateway: WebhookGateway,
	step: Step,
	limit: UnansweredLimit,
): Promise<INodeExecutionData> {
	if ('failure' in step) throw new Error(step.failure);
	const { itemIndex, session, order } = step;
	const name = `${gateway.slotName} ${session}`;
	if (limit.isReached) {
		throw new Error(
			`${gateway.label} was not called for ${name}, because it failed ${MOST_OUTAGES} times in a row before. Run this again when it works.`,
		);
	}
	const events = order.operation === 'register' ? order.events : undefined;
	const api = gateway.api(context, session, events);
	const told = await limit.call(async () => await carryOut(api, order, name));
	const json = { operation: order.operation, gateway: gateway.id, session, ...told };
	return { json, pairedItem: { item: itemIndex } };
}

function readConcurrency(context: IExecuteFunctions): number {
	const wanted = Number(context.getNodeParameter('options.concurrency', 0, CONCURRENCY));
	return Number.isFinite(wanted) ? Math.min(Math.max(1, wanted), MOST_CONCURRENCY) : CONCURRENCY;
}

/** Where something failed. */
interface FailedAt {
	readonly itemIndex: number;
	/** The session; undefined where it failed before one was known. */
	readonly session?: string;
}

/** The words of an error for the user. Those of a gateway's API fit this node, not a trigger. */
export function wordsOf(error: unknown, { advice }: WebhookGateway): string {
	if (error instanceof ProviderError) {
		const better = advice[error.statusCode ?? 0];
		return better === undefined ? error.message : `${error.happened} ${better}`;
	}
	return error instanceof Error ? error.message : String(error);
}

/** The output of what failed, with Continue on Fail. */
function failedAt(
	{ itemIndex, session }: FailedAt,
	message: string,
	gateway: WebhookGateway,
): INodeExecutionData {
	// Nothing beside `error`: by that n8n knows which items belong to its error output.
	const error = { message, gateway: gateway.id, ...(session === undefined ? {} : { session }) };
	return { json: { error }, pairedItem: { item: itemIndex } };
}
