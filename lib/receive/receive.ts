import type { Claim, ClaimStore } from './claims';
import { createEnvelope, type DeliveredEvents, type ProviderEvent } from '../event/envelope';
import {
	type Delivery,
	type Outcome,
	MalformedBodyError,
	type Verdict,
	type WebhookProvider,
} from './provider';
import { parseJson } from '../event/json';
import type { SourceAddressCheck } from './sourceAddress';

/** What the user of a trigger decided. */
export interface ReceivePolicy {
	/** Whether the workflow wants this event. */
	readonly selects: (event: ProviderEvent) => boolean;
	/** Undefined: every address is allowed. */
	readonly sourceAddressAllowed: SourceAddressCheck | undefined;
	/** What cannot be verified is let in, and its envelope says `none`. */
	readonly acceptUnverified: boolean;
	readonly deduplicationWindowMs: number;
}

/** Where the secrets come from. */
export interface SettingsSource<Settings> {
	/** Undefined: there is nothing to verify with. May be a moment old. */
	current(): Promise<Settings | undefined>;
	/** Loaded anew; undefined where the current ones are as new as can be. */
	newer(): Promise<{ readonly value: Settings | undefined } | undefined>;
}

/** One delivery with all that is needed to decide on it. */
export interface ReceiveRequest<Settings> {
	readonly provider: WebhookProvider<Settings>;
	readonly settings: SettingsSource<Settings>;
	readonly delivery: Delivery;
	readonly policy: ReceivePolicy;
	/** Undefined: a test event, which is neither held against earlier ones nor remembered. */
	readonly claims: Pick<ClaimStore, 'claim'> | undefined;
}

/** How long a copy waits for the first one's outcome; providers give up after 4 to 30 s. */
const CLAIM_WAIT_MS = 25_000;

/** When a provider may ask again after the claim of its event could not be had. */
const RETRY_AFTER_SECONDS = 5;

/**
 * Decides on one delivery, always in this order: raw bytes → verify → parse → identify → claim →
 * select. Only an accepted outcome starts an execution; its claim is to be settled by whether n8n
 * stored that execution.
 *
 * @throws what a step throws for another reason than the body; then nothing is claimed
 */
export async function receive<Settings>(request: ReceiveRequest<Settings>): Promise<Outcome> {
	const { provider, delivery, policy } = request;
	const { verdict, settings } = await verify(request);
	if (verdict.result !== 'verified') return turnedAway(verdict);
	const { verification, body, matched } = verdict;

	let delivered;
	try {
		const parsed = body ?? parsedBody(provider, delivery);
		const checked = { verification, settings, ...(matched === undefined ? {} : { matched }) };
		const answer = provider.challenge?.(parsed, delivery, checked);
		if (answer !== undefined) return { kind: 'answered', answer };
		delivered = deliveredEvents(provider.identify(parsed, delivery, checked));
	} catch (error) {
		return { kind: 'malformed', detail: malformed(error) };
	}

	const claimed = await takeClaims(request, delivered);
	if (claimed === 'unavailable') {
		return { kind: 'unavailable', retryAfterSeconds: RETRY_AFTER_SECONDS, isBusy: true };
	}
	const [event] = delivered.events;
	if (claimed === 'stored') return { kind: 'duplicate', event };

	let isAccepted = false;
	try {
		const [first, ...others] = delivered.events.filter((each) => policy.selects(each));
		if (first === undefined) return { kind: 'ignored', event };
		const items = [first, ...others].map((each) => ({
			envelope: createEnvelope(each, verification, matched),
			...(each.binary === undefined ? {} : { binary: each.binary }),
		}));
		isAccepted = true;
		return {
			kind: 'accepted',
			event: first,
			items,
			...(claimed === undefined ? {} : { claim: claimed }),
		};
	} finally {
		// Held on to where something threw, it would keep every repeat of this event out.
		if (!isAccepted) await claimed?.release();
	}
}

function parsedBody<Settings>(provider: WebhookProvider<Settings>, delivery: Delivery): unknown {
	return provider.parse === undefined ? parseJson(delivery.rawBody) : provider.parse(delivery);
}

/** What one delivery brought, and all that it is recognised by when it comes again. */
interface Delivered {
	readonly events: readonly [ProviderEvent, ...ProviderEvent[]];
	readonly keys: readonly [string, ...string[]];
	/** In milliseconds, where the user's own window would be too long. */
	readonly windowMs?: number;
}

function deliveredEvents(identified: ProviderEvent | DeliveredEvents): Delivered {
	if ('events' in identified) {
		const [first, ...others] = identified.events;
		if (first === undefined) throw new MalformedBodyError('body', 'contains no event');
		return { events: [first, ...others], keys: [identified.dedupeKey] };
	}
	const { momentary } = identified;
	if (momentary !== undefined) {
		return { events: [identified], keys: [momentary.key], windowMs: momentary.windowMs };
	}
	return { events: [identified], keys: keysOf(identified) };
}

function keysOf({ dedupeKey, signedDigest, type }: ProviderEvent): [string, ...string[]] {
	return signedDigest === undefined ? [dedupeKey] : [dedupeKey, signedKey(type, signedDigest)];
}

/**
 * What an event whose id is not signed is recognised by as well. With its type: Shopify sends the same
 * bytes for an order that was created and for one that was paid.
 */
export function signedKey(type: string, signedDigest: string): string {
	return `signed|${type}|${signedDigest}`;
}

/** A verdict, and the settings that it was reached with. */
interface CheckedWith<Settings> {
	readonly verdict: Verdict;
	readonly settings: Settings | undefined;
}

async function verify<Settings>(request: ReceiveRequest<Settings>): Promise<CheckedWith<Settings>> {
	const { settings, delivery, policy } = request;
	if (policy.sourceAddressAllowed?.(delivery.remoteAddress) === false) {
		const verdict: Verdict = { result: 'refused', reason: 'source_address_not_allowed' };
		return { verdict, settings: undefined };
	}
	let checked = await check(request, await settings.current());
	if (mayDependOnSecret(checked.verdict)) {
		// The user may have changed the secret this very second.
		const newer = await settings.newer();
		if (newer !== undefined) checked = await check(request, newer.value);
	}
	const { result } = checked.verdict;
	if (result === 'verified' || result === 'answered' || !policy.acceptUnverified) return checked;
	return { ...checked, verdict: { result: 'verified', verification: 'none' } };
}

function turnedAway(verdict: Exclude<Verdict, { result: 'verified' }>): Outcome {
	switch (verdict.result) {
		case 'answered':
			return { kind: 'answered', answer: verdict.answer };
		case 'refused':
			return { kind: 'refused', reason: verdict.reason };
		case 'malformed':
			return { kind: 'malformed', detail: verdict.detail };
		case 'unavailable':
			return {
				kind: 'unavailable',
				retryAfterSeconds: verdict.retryAfterSeconds,
				...(verdict.withoutSecret === true ? { withoutSecret: true } : {}),
			};
	}
}

async function check<Settings>(
	{ provider, delivery }: ReceiveRequest<Settings>,
	settings: Settings | undefined,
): Promise<CheckedWith<Settings>> {
	// Without a secret nothing is known, so nothing genuine may be turned away for good.
	const verdict: Verdict =
		settings === undefined
			? {
					result: 'unavailable',
					retryAfterSeconds: RETRY_AFTER_SECONDS,
					credentialRefused: true,
					withoutSecret: true,
				}
			: await provider.verify(delivery, settings);
	return { verdict, settings };
}

function mayDependOnSecret(verdict: Verdict): boolean {
	if (verdict.result === 'unavailable') return verdict.credentialRefused === true;
	return verdict.result === 'refused' && verdict.reason === 'signature_mismatch';
}

/** Takes the claims of all keys, or of none. */
async function takeClaims<Settings>(
	{ claims, policy }: ReceiveRequest<Settings>,
	{ keys, windowMs = policy.deduplicationWindowMs }: Delivered,
): Promise<Claim | 'stored' | 'unavailable' | undefined> {
	if (claims === undefined) return undefined;
	const [first, second] = keys;
	const claim = await takeClaim(claims, first, windowMs);
	if (second === undefined || typeof claim === 'string') return claim;
	const other = await takeClaim(claims, second, windowMs);
	if (typeof other !== 'string') return bothClaims(claim, other);
	await claim.release();
	return other;
}

async function takeClaim(
	claims: Pick<ClaimStore, 'claim'>,
	key: string,
	windowMs: number,
): Promise<Claim | 'stored' | 'unavailable'> {
	try {
		const taken = await claims.claim(key, { windowMs, waitMs: CLAIM_WAIT_MS });
		if (taken.state === 'claimed') return taken.claim;
		return taken.state === 'stored' ? 'stored' : 'unavailable';
	} catch {
		// The store is down: fail closed, the provider is asked to come again.
		return 'unavailable';
	}
}

function bothClaims(one: Claim, other: Claim): Claim {
	return {
		store: async () => void (await Promise.all([one.store(), other.store()])),
		release: async () => void (await Promise.all([one.release(), other.release()])),
		keep: async () => void (await Promise.all([one.keep(), other.keep()])),
	};
}

/**
 * What is wrong with the body.
 *
 * @throws what is not the body's fault, such as an expression that fails: the sender must come again
 */
function malformed(error: unknown): string {
	if (error instanceof MalformedBodyError) return error.message;
	if (error instanceof SyntaxError) return 'body: not valid JSON';
	throw error;
}
