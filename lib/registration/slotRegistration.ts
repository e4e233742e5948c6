import { createHmac } from 'node:crypto';
import { withoutQuery } from '../net/redact';
import { openText, sealText } from './sealedText';

/** Where an account or session delivers to, as the provider tells it. */
export interface WebhookSlot {
	/** Null: nowhere, or (where a provider keeps several webhooks) not to us. */
	readonly url: string | null;
	/**
	 * All else that belongs to it, as text: its secret, or its settings as JSON. Kept sealed.
	 * Undefined: the provider does not tell.
	 */
	readonly rest?: string | null;
	/** What of our own webhook is not as we set it, in words; undefined: nothing. */
	readonly drift?: string;
}

/** Reads and writes the slot at the provider. All throw errors that say what to do. */
export interface WebhookSlotApi {
	/**
	 * @param ownUrls where a provider keeps several webhooks: those that may be ours, of which it tells
	 * the first that is there
	 */
	read(ownUrls?: readonly string[]): Promise<WebhookSlot>;
	/**
	 * Makes the provider deliver to us, signed with our secret.
	 *
	 * @param own.formerUrl our own earlier URL, which is not to be delivered to any more
	 */
	take(own: { url: string; secret: string; formerUrl?: string }): Promise<void>;
	/**
	 * Writes back what was read before we took it; without a URL, takes ours away.
	 *
	 * @param ownUrl ours
	 */
	giveBack(slot: WebhookSlot, ownUrl: string): Promise<void>;
}

/** What is kept between publishing and unpublishing. It holds no secret in clear. */
export interface RegistrationRecord {
	/** Account or session at the provider, so that unpublishing finds it though the node changed. */
	readonly target: string;
	readonly url: string;
	/** Tells whether the secret was changed since, but not what it is. */
	readonly secretMark: string;
	/** What stood in the slot before; null: nothing. */
	readonly replaced: { readonly url: string; readonly sealedRest?: string } | null;
}

/** What a slot is to hold. */
export interface Registration {
	readonly target: string;
	readonly url: string;
	readonly secret: string;
	/** Secrets that an older record may have been sealed with. */
	readonly olderSecrets: readonly string[];
}

/** Whether the provider delivers to this URL, signed with this secret, as far as it tells. */
export async function isRegistered(
	api: WebhookSlotApi,
	wanted: Registration,
	record: RegistrationRecord | undefined,
): Promise<boolean> {
	if (record?.target !== wanted.target || record.secretMark !== secretMark(wanted)) return false;
	const found = await api.read([wanted.url]);
	return found.url === wanted.url && found.drift === undefined;
}

/**
 * What registering did. `drift`: what somebody had changed since, in words. `foreign`: somebody else
 * took the slot since, and nobody asked to take it back.
 */
export type Registered =
	| { readonly state: 'taken'; readonly record: RegistrationRecord; readonly drift?: string }
	| { readonly state: 'foreign'; readonly url: string };

/**
 * Puts our webhook into the slot and remembers what it replaced. May be repeated: our own webhook,
 * found from an earlier run, is never taken for somebody else's.
 *
 * @param options.takeBack whether a slot that we held and somebody else took is taken back: yes where
 * the user asks for it, no where n8n only starts again
 */
export async function register(
	api: WebhookSlotApi,
	wanted: Registration,
	record: RegistrationRecord | undefined,
	{ takeBack }: { readonly takeBack: boolean },
): Promise<Registered> {
	const earlier = record?.target === wanted.target ? record : undefined;
	const found = await api.read([wanted.url, ...(earlier === undefined ? [] : [earlier.url])]);
	const isOurs = found.url === wanted.url || (earlier !== undefined && found.url === earlier.url);
	const wasTaken = !isOurs && earlier !== undefined && found.url !== null;
	if (wasTaken && !takeBack) return { state: 'foreign', url: found.url };
	const replaced = isOurs ? reseal(earlier, wanted) : seal(found, wanted.secret);
	const { target, url, secret } = wanted;
	const moved = earlier !== undefined && earlier.url !== url;
	await api.take({ url, secret, ...(moved ? { formerUrl: earlier.url } : {}) });
	const drift = wasTaken ? `it delivered to ${withoutQuery(found.url)}` : found.drift;
	return {
		state: 'taken',
		record: { target, url, secretMark: secretMark(wanted), replaced },
		...(drift === undefined || earlier === undefined ? {} : { drift }),
	};
}

/** What unregistering did. `foreign`: the slot is not ours any more and was left as it is. */
export type Unregistered =
	| { readonly state: 'restored'; readonly restUnknown: boolean }
	| { readonly state: 'emptied' }
	| { readonly state: 'foreign' };

/** Gives the slot back as it was found, unless somebody else took it meanwhile. */
export async function unregister(
	api: WebhookSlotApi,
	registration: Pick<Registration, 'secret' | 'olderSecrets'>,
	record: RegistrationRecord,
): Promise<Unregistered> {
	const found = await api.read([record.url]);
	if (found.url !== record.url) return { state: 'foreign' };
	const { replaced } = record;
	if (replaced === null) {
		await api.giveBack({ url: null, rest: null }, record.url);
		return { state: 'emptied' };
	}
	// A test in the editor replaces the published workflow's own hook, which differs in its prefix.
	if (lastSegment(replaced.url) === lastSegment(record.url)) {
		await api.take({ url: replaced.url, secret: registration.secret });
		return { state: 'restored', restUnknown: false };
	}
	const rest = openRest(replaced, registration);
	await api.giveBack({ url: replaced.url, ...(rest === undefined ? {} : { rest }) }, record.url);
	return { state: 'restored', restUnknown: rest === undefined };
}

function openRest(
	{ sealedRest }: NonNullable<RegistrationRecord['replaced']>,
	{ secret, olderSecrets }: Pick<Registration, 'secret' | 'olderSecrets'>,
): string | undefined {
	return sealedRest === undefined ? undefined : openText(sealedRest, [secret, ...olderSecrets]);
}

function seal(slot: WebhookSlot, secret: string): RegistrationRecord['replaced'] {
	if (!slot.url) return null;
	if (!slot.rest) return { url: slot.url };
	return { url: slot.url, sealedRest: sealText(slot.rest, secret) };
}

/** Two rotations from now nobody would have the secret that it was sealed with. */
function reseal(
	record: RegistrationRecord | undefined,
	wanted: Registration,
): RegistrationRecord['replaced'] {
	const replaced = record?.replaced ?? null;
	if (replaced === null) return null;
	const rest = openRest(replaced, wanted);
	return rest === undefined ? replaced : seal({ url: replaced.url, rest }, wanted.secret);
}

function secretMark({ secret, url }: Registration): string {
	return createHmac('sha256', secret).update(url).digest('hex').slice(0, 8);
}

function lastSegment(url: string): string {
	return url.slice(url.lastIndexOf('/') + 1);
}
