import { isDeepStrictEqual } from 'node:util';
import type { FoundWebhook, FoundWebhooks, WebhookAccountApi } from './webhookAccount';

/** A webhook that a user orders to be there. */
export interface OrderedWebhook {
	readonly url: string;
	readonly secret: string;
	/** Own earlier addresses, of which this one takes the place. */
	readonly isFormer: (url: string) => boolean;
	/** Whether somebody else's webhook may be replaced where there is place for one only. */
	readonly replaceExisting: boolean;
}

/**
 * What an order to register did. `occupied`: somebody else's webhook has the place, and was left.
 * `ignored`: the provider took the order but does not show the webhook.
 */
export type OrderedRegistration =
	| {
			readonly state: 'registered';
			/** Whether the provider shows something else than before. */
			readonly changed: boolean;
			readonly before: FoundWebhooks;
			readonly after: FoundWebhooks;
			/** Webhooks that are gone for it, own earlier ones or somebody else's. */
			readonly replaced: readonly FoundWebhook[];
			/** What of our own webhook had been changed, in words. */
			readonly drift?: string;
	  }
	| { readonly state: 'occupied'; readonly by: FoundWebhook }
	| { readonly state: 'ignored' };

/**
 * Registers a webhook as ordered. May be repeated: what is as it should be is not written again,
 * unless the provider does not tell the secret, which may then have changed.
 */
export async function registerAsOrdered(
	api: WebhookAccountApi,
	{ url, secret, isFormer, replaceExisting }: OrderedWebhook,
): Promise<OrderedRegistration> {
	const before = await api.look(url);
	const ours = before.webhooks.find((one) => one.url === url);
	const former = before.webhooks.filter((one) => one.url !== url && isFormer(one.url));
	const others = before.webhooks.filter((one) => one.url !== url && !former.includes(one));
	// A webhook that is switched off keeps nobody from anything: that is what a removed one looks like.
	const [occupant] = api.holdsMany || ours !== undefined ? [] : others.filter(isOn);
	if (occupant !== undefined && !replaceExisting) return { state: 'occupied', by: occupant };
	const drift = ours === undefined ? undefined : (before.drift ?? secretDrift(ours, secret));
	const isSure = ours?.enabled === true && ours.secret === secret;
	if (isSure && drift === undefined && former.length === 0) {
		return { state: 'registered', changed: false, before, after: before, replaced: [] };
	}
	const [formerUrl, ...moreFormer] = former.map((one) => one.url);
	await api.take({ url, secret, ...(formerUrl === undefined ? {} : { formerUrl }) });
	if (moreFormer.length > 0 && api.holdsMany) await api.clear(moreFormer);
	const after = await api.look(url);
	if (!after.webhooks.some((one) => one.url === url && one.enabled)) return { state: 'ignored' };
	const changed = !isDeepStrictEqual(before.webhooks, after.webhooks);
	const replaced = before.webhooks.filter(({ url: gone }) => !holds(after, gone));
	// A provider that cannot take all of it shows the same afterwards: that is nobody's change.
	const told = changed && drift !== undefined ? { drift } : {};
	return { state: 'registered', changed, before, after, replaced, ...told };
}

/** What an order to remove did; `foreign`: only other webhooks are there, and were left. */
export interface OrderedRemoval {
	readonly state: 'removed' | 'absent' | 'foreign' | 'ignored';
	readonly before: FoundWebhooks;
	readonly after: FoundWebhooks;
	/** The webhooks that deliver no more. */
	readonly removed: readonly FoundWebhook[];
}

/**
 * Takes webhooks away as ordered. May be repeated.
 *
 * @param url the webhook to take away; undefined: all that there are, whoever set them
 */
export async function removeAsOrdered(
	api: WebhookAccountApi,
	url: string | undefined,
): Promise<OrderedRemoval> {
	const before = await api.look(url);
	const active = before.webhooks.filter(isOn);
	const removed = url === undefined ? active : active.filter((one) => one.url === url);
	if (removed.length === 0) {
		const state = active.length === 0 ? 'absent' : 'foreign';
		return { state, before, after: before, removed };
	}
	await api.clear([...new Set(removed.map((one) => one.url))]);
	const after = await api.look(url);
	const isGone = removed.every(({ url: gone }) => !holds(after, gone));
	return { state: isGone ? 'removed' : 'ignored', before, after, removed };
}

const isOn = ({ enabled }: FoundWebhook): boolean => enabled;

function holds({ webhooks }: FoundWebhooks, url: string): boolean {
	return webhooks.some((one) => one.url === url && one.enabled);
}

function secretDrift(ours: FoundWebhook, secret: string): string | undefined {
	return ours.secret === undefined || ours.secret === secret ? undefined : 'its secret differs';
}
