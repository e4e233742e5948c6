import type { Claim, ClaimStore } from '../claim/claimStore';
import { createEnvelope, type EventEnvelope, type Verification } from '../event/envelope';
import type { Delivery } from './delivery';
import {
	MalformedBodyError,
	type RefusalReason,
	type Verdict,
	type WebhookProvider,
} from './provider';
import type { SourceAddressCheck } from './sourceAddress';

/** What the user of a trigger decided. */
export interface ReceivePolicy {
	/** Whether the workflow wants events of this type. */
	readonly selects: (type: string) => boolean;
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

/** What became of a delivery; `answerFor` says it in HTTP. */
export type Outcome =
	| { readonly kind: 'accepted'; readonly envelope: EventEnvelope; readonly claim?: Claim }
	| { readonly kind: 'duplicate'; readonly id: string }
	| { readonly kind: 'ignored' }
	| { readonly kind: 'refused'; readonly reason: RefusalReason }
	| { readonly kind: 'malformed'; readonly detail: string }
	| { readonly kind: 'unavailable'; readonly retryAfterSeconds: number };

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
	const verification = await verify(request);
	if (typeof verification !== 'string') return verification;

	let event;
	try {
		event = provider.identify(parseJson(delivery.rawBody), delivery);
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
	if (claimed === 'stored') return { kind: 'duplicate', id: event.id };

	if (!policy.selects(event.type)) {
		await claimed?.release();
		return { kind: 'ignored' };
	}
	return {
		kind: 'accepted',
		envelope: createEnvelope(event, verification),
		...(claimed === undefined ? {} : { claim: claimed }),
	};
}

async function verify<Settings>(
	request: ReceiveRequest<Settings>,
): Promise<Verification | Extract<Outcome, { kind: 'refused' | 'unavailable' }>> {
	const { settings, delivery, policy } = request;
	if (policy.sourceAddressAllowed?.(delivery.remoteAddress) === false) {
		return { kind: 'refused', reason: 'source_address_not_allowed' };
	}
	let verdict = await check(request, await settings.current());
	if (mayDependOnSecret(verdict)) {
		// The user may have changed the secret this very second.
		const newer = await settings.newer();
		if (newer !== undefined) verdict = await check(request, newer.value);
	}
	if (verdict.result === 'verified') return verdict.verification;
	if (policy.acceptUnverified) return 'none';
	return verdict.result === 'refused'
		? { kind: 'refused', reason: verdict.reason }
		: { kind: 'unavailable', retryAfterSeconds: verdict.retryAfterSeconds };
}

async function check<Settings>(
	{ provider, delivery }: ReceiveRequest<Settings>,
	settings: Settings | undefined,
): Promise<Verdict> {
	// Without a secret nothing is known, so nothing genuine may be turned away for good.
	if (settings === undefined) {
		return { result: 'unavailable', retryAfterSeconds: RETRY_AFTER_SECONDS };
	}
	return await provider.verify(delivery, settings);
}

function mayDependOnSecret(verdict: Verdict): boolean {
	if (verdict.result !== 'refused') return verdict.result === 'unavailable';
	return verdict.reason === 'signature_mismatch';
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

function parseJson(rawBody: Buffer): unknown {
	const text = rawBody.toString('utf8');
	// RFC 8259 section 8.1: a byte order mark may be ignored. n8n ignores it too.
	return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
}

function describe(error: unknown): string {
	if (error instanceof MalformedBodyError) return error.message;
	return error instanceof SyntaxError ? 'body: not valid JSON' : 'body: not an event';
}
