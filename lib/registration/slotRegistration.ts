import { createHmac } from 'node:crypto';
import { openText, sealText } from './sealedText';

/** The one webhook that a provider keeps for an account or session. */
export interface WebhookSlot {
	/** Null: none is set. */
	readonly url: string | null;
	/** Undefined: the provider does not tell. */
	readonly secret?: string | null;
}

/** Reads and writes the slot at the provider. Both throw errors that say what to do. */
export interface WebhookSlotApi {
	read(): Promise<WebhookSlot>;
	write(slot: WebhookSlot): Promise<void>;
}

/** What is kept between publishing and unpublishing. It holds no secret in clear. */
export interface RegistrationRecord {
	/** Account or session at the provider, so that unpublishing finds it though the node changed. */
	readonly target: string;
	readonly url: string;
	/** Tells whether the secret was changed since, but not what it is. */
	readonly secretMark: string;
	/** What stood in the slot before; null: nothing. */
	readonly replaced: { readonly url: string; readonly sealedSecret?: string } | null;
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
	return (await api.read()).url === wanted.url;
}

/**
 * Puts our webhook into the slot and remembers what it replaced. May be repeated: our own webhook,
 * found from an earlier run, is never taken for somebody else's.
 */
export async function register(
	api: WebhookSlotApi,
	wanted: Registration,
	record: RegistrationRecord | undefined,
): Promise<RegistrationRecord> {
	const found = await api.read();
	const earlier = record?.target === wanted.target ? record : undefined;
	const isOurs = found.url === wanted.url || (earlier !== undefined && found.url === earlier.url);
	const replaced = isOurs ? reseal(earlier, wanted) : seal(found, wanted.secret);
	await api.write({ url: wanted.url, secret: wanted.secret });
	return { target: wanted.target, url: wanted.url, secretMark: secretMark(wanted), replaced };
}

/** What unregistering did. `foreign`: the slot is not ours any more and was left as it is. */
export type Unregistered =
	| { readonly state: 'restored'; readonly secretUnknown: boolean }
	| { readonly state: 'emptied' }
	| { readonly state: 'foreign' };

/** Gives the slot back as it was found, unless somebody else took it meanwhile. */
export async function unregister(
	api: WebhookSlotApi,
	registration: Pick<Registration, 'secret' | 'olderSecrets'>,
	record: RegistrationRecord,
): Promise<Unregistered> {
	const found = await api.read();
	if (found.url !== record.url) return { state: 'foreign' };
	if (record.replaced === null) {
		await api.write({ url: null, secret: null });
		return { state: 'emptied' };
	}
	const secret = restoredSecret(record, registration);
	await api.write({ url: record.replaced.url, ...(secret === undefined ? {} : { secret }) });
	return { state: 'restored', secretUnknown: secret === undefined };
}

function restoredSecret(
	{ url, replaced }: RegistrationRecord,
	{ secret, olderSecrets }: Pick<Registration, 'secret' | 'olderSecrets'>,
): string | undefined {
	if (replaced === null) return undefined;
	// A test in the editor replaces the published workflow's own hook, which differs in its prefix.
	if (lastSegment(replaced.url) === lastSegment(url)) return secret;
	if (replaced.sealedSecret === undefined) return undefined;
	return openText(replaced.sealedSecret, [secret, ...olderSecrets]);
}

function seal(slot: WebhookSlot, secret: string): RegistrationRecord['replaced'] {
	if (!slot.url) return null;
	if (!slot.secret) return { url: slot.url };
	return { url: slot.url, sealedSecret: sealText(slot.secret, secret) };
}

/** Two rotations from now nobody would have the secret that it was sealed with. */
function reseal(
	record: RegistrationRecord | undefined,
	{ secret, olderSecrets }: Registration,
): RegistrationRecord['replaced'] {
	const replaced = record?.replaced ?? null;
	if (replaced?.sealedSecret === undefined) return replaced;
	const opened = openText(replaced.sealedSecret, [secret, ...olderSecrets]);
	return opened === undefined ? replaced : seal({ url: replaced.url, secret: opened }, secret);
}

function secretMark({ secret, url }: Registration): string {
	return createHmac('sha256', secret).update(url).digest('hex').slice(0, 8);
}

function lastSegment(url: string): string {
	return url.slice(url.lastIndexOf('/') + 1);
}
