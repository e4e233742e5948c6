import type { IDataObject } from 'n8n-workflow';
import { registerAsOrdered, removeAsOrdered } from '../../../lib/registration/orderedRegistration';
import {
	type FoundWebhook,
	type FoundWebhooks,
	type WebhookAccountApi,
	maskedUrl,
	viewOf,
	type ViewOptions,
} from '../../../lib/registration/webhookAccount';
import type { GatewayOrder } from './order';

/** An order that could not be carried out as given. Its words are for the user. */
export class OrderRefusal extends Error {}

/**
 * Carries an order out at one session.
 *
 * @param name of the session, for errors: `session 93`
 * @returns what the output item tells; no secret is in it
 * @throws {OrderRefusal} where the order would harm somebody else, or had no effect
 */
export async function carryOut(
	api: WebhookAccountApi,
	order: GatewayOrder,
	name: string,
): Promise<IDataObject> {
	if (order.operation === 'get') return await look(api, order);
	if (order.operation === 'register') return await register(api, order, name);
	return await remove(api, order, name);
}

type Ordered<Operation> = Extract<GatewayOrder, { operation: Operation }>;

async function look(api: WebhookAccountApi, { url, view }: Ordered<'get'>): Promise<IDataObject> {
	const { webhooks } = await api.look();
	const ours = webhooks.find((one) => one.url === url);
	return {
		webhook: shown(ours ?? (api.holdsMany && url !== undefined ? undefined : webhooks[0]), view),
		...(url === undefined ? {} : { registered: ours?.enabled === true }),
		...(api.holdsMany ? { webhooks: webhooks.map((one) => shown(one, view)) } : {}),
	};
}

async function register(
	api: WebhookAccountApi,
	order: Ordered<'register'>,
	name: string,
): Promise<IDataObject> {
	const { url, view } = order;
	const done = await registerAsOrdered(api, order);
	if (done.state === 'occupied') {
		throw new OrderRefusal(
			`${name} already delivers to ${maskedUrl(done.by.url)}, and has place for one webhook only. Nothing was changed. If it may be replaced, switch on the option 'Replace Existing', or name it in 'Former URLs'.`,
		);
	}
	if (done.state === 'ignored') throw noEffect(name, 'does not tell the webhook that was set');
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

async function remove(
	api: WebhookAccountApi,
	{ url, view }: Ordered<'remove'>,
	name: string,
): Promise<IDataObject> {
	const { state, before, after, removed } = await removeAsOrdered(api, url);
	if (state === 'ignored') throw noEffect(name, 'still tells the webhook that was removed');
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

function shown(found: FoundWebhook | undefined, options: ViewOptions): IDataObject | null {
	return found === undefined ? null : { ...viewOf(found, options) };
}

/** Which of the webhooks that are gone had something that is not in the credential. */
function lossOf(gone: readonly FoundWebhook[], options: ViewOptions): IDataObject {
	const lost = gone
		.filter(({ enabled }) => enabled)
		.map((one) => viewOf(one, options))
		.filter(({ secret }) => secret === 'other' || secret === 'notShown')
		.map(({ url }) => `the secret of ${url}`);
	return lost.length === 0 ? {} : { lost };
}

function noEffect(name: string, what: string): OrderRefusal {
	return new OrderRefusal(
		`The gateway took the change, but for ${name} it ${what}. Look at the session there, and run this again.`,
	);
}
