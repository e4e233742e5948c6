import type { Claim, ClaimStore } from './claims';
import { createEnvelope, type ProviderEvent } from '../event/envelope';
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
	readonly claims: ClaimStore | undefined;
}

/** How long a copy waits for the first one's outcome; providers give up after 4 to 30 s. */
const CLAIM_WAIT_MS = 25_000;

/** When a provider may ask again after the claim of its event could not be had. */
const RETRY_AFTER_SECONDS = 5;

/**
 * Decides on one delivery, always in this order: raw bytes → verify → parse → identify → claim →
 * select. Only an accepted outcome starts an execution; its claim is to be settled by whether n8n
 * stored that execution.
 */
export async function receive<Settings>(request: ReceiveRequest<Settings>): Promise<Outcome> {
	const { provider, delivery, policy } = request;
	const { verdict, settings } = await verify(request);
	if (verdict.result !== 'verified') return turnedAway(verdict);
	const { verification, body } = verdict;

	let event;
	try {
		event = provider.identify(body ?? parseJson(delivery.rawBody), delivery, {
			verification,
			settings,
		});
	} catch (error) {
		return { kind: 'malformed', detail: describe(error) };
	}

	const claimed = await takeClaim(
		request,
		event.momentary?.key ?? event.dedupeKey,
		event.momentary,
	);
	if (claimed === 'unavailable') {
		return { kind: 'unavailable', retryAfterSeconds: RETRY_AFTER_SECONDS };
	}
	if (claimed === 'stored') return { kind: 'duplicate', event };

	let isAccepted = false;
	try {
		const isWanted = policy.selects(event);
		const outcome: Outcome = isWanted
			? {
					kind: 'accepted',
					event,
					envelope: createEnvelope(event, verification),
					...(claimed === undefined ? {} : { claim: claimed }),
				}
			: { kind: 'ignored', event };
		isAccepted = isWanted;
		return outcome;
	} finally {
		// Held on to where something threw, it would keep every repeat of this event out.
		if (!isAccepted) await claimed?.release();
	}
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
	if (checked.verdict.result === 'verified' || !policy.acceptUnverified) return checked;
	return { ...checked, verdict: { result: 'verified', verification: 'none' } };
}

function turnedAway(verdict: Exclude<Verdict, { result: 'verified' }>): Outcome {
	switch (verdict.result) {
		case 'refused':
			return { kind: 'refused', reason: verdict.reason };
		case 'malformed':
			return { kind: 'malformed', detail: verdict.detail };
		case 'unavailable':
			return { kind: 'unavailable', retryAfterSeconds: verdict.retryAfterSeconds };
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
				}
			: await provider.verify(delivery, settings);
	return { verdict, settings };
}

function mayDependOnSecret(verdict: Verdict): boolean {
	if (verdict.result === 'unavailable') return verdict.credentialRefused === true;
	return verdict.result === 'refused' && verdict.reason === 'signature_mismatch';
}

async function takeClaim<Settings>(
	{ claims, policy }: ReceiveRequest<Settings>,
	key: string,
	momentary: { readonly windowMs: number } | undefined,
): Promise<Claim | 'stored' | 'unavailable' | undefined> {
	if (claims === undefined) return undefined;
	const windowMs = momentary?.windowMs ?? policy.deduplicationWindowMs;
	try {
		const taken = await claims.claim(key, { windowMs, waitMs: CLAIM_WAIT_MS });
		if (taken.state === 'claimed') return taken.claim;
		return taken.state === 'stored' ? 'stored' : 'unavailable';
	} catch {
		// The store is down: fail closed, the provider is asked to come again.
		return 'unavailable';
	}
}

function describe(error: unknown): string {
	if (error instanceof MalformedBodyError) return error.message;
	return error instanceof SyntaxError ? 'body: not valid JSON' : 'body: not an event';
}
