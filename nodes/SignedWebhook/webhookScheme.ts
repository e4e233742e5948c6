import type { Answer, Delivery, Outcome } from '../../lib/receive/provider';
import type { KeyReader, SignatureScheme } from '../../lib/signature/signatureScheme';
import type { PlaceSource, ValuePlace } from '../../lib/signature/valuePlace';

/**
 * All that is known of one provider's signed webhooks, as data. A further provider is one of these, and
 * a line in `schemes.ts`.
 */
export interface WebhookScheme {
	/** Value of the parameter `scheme`, and the first part of the events' type unless `typePrefix`. */
	readonly name: string;
	readonly label: string;
	/** First part of `source`, such as `/stripe`. */
	readonly source: string;
	/** @default name */
	readonly typePrefix?: string;
	/** Where the provider shows the secret, in one sentence for the panel. */
	readonly secretHint: string;
	/** The provider's own page about the secret and the signature. */
	readonly documentation: string;
	/** What the provider does with each answer, and its time limit, in one sentence for the docs. */
	readonly repeats: string;
	/** Ways to sign; the first whose header was sent counts, else the first. */
	readonly variants: readonly [SchemeVariant, ...SchemeVariant[]];
	/** Where a delivery holds several events: the path in the body of their list, such as `events`. */
	readonly each?: string | ((body: unknown) => readonly ListedEvent[]);
	/** @default by content type: JSON, the fields of a form, text, or bytes */
	readonly parse?: (delivery: Delivery) => unknown;
	/**
	 * The answer to a question that the provider does not sign. It must tell nothing, and nothing starts:
	 * anybody may ask it.
	 */
	readonly unsignedChallenge?: (delivery: Delivery) => Answer | undefined;
	/** The answer to a question of the provider's that is no event. */
	readonly challenge?: (body: unknown, asked: ChallengeContext) => Answer | undefined;
	/** The answer where the provider expects another than the common one. */
	readonly answer?: (outcome: Outcome) => Answer | undefined;
	/** Why a genuine signature may not match, where it is something else than the secret or the body. */
	readonly whyMismatch?: string;
	/** Other ways to read a secret, tried only to say why deliveries are refused. */
	readonly otherReadings?: readonly SecretReading[];
}

/** One event of several, where no path can say it. */
export interface ListedEvent {
	/** What `body:` places are looked up in. */
	readonly body: unknown;
	/** @default what the places say */
	readonly name?: string;
	/** @default what the places say */
	readonly id?: string;
}

/** Another way to read a secret than the scheme's own. */
export interface SecretReading {
	readonly keys: KeyReader;
	/** What the user has to do where it is the sender's: a part of a sentence. */
	readonly advice: string;
}

/** One way of a provider to sign, with what its deliveries say of the event. */
export interface SchemeVariant {
	readonly signature: SignatureScheme;
	readonly event: EventPlaces;
}

/**
 * Where a text stands: at one place; at several, of which those that hold something are joined by dots;
 * or what a function makes of the delivery, where neither can say it.
 */
export type EventPlace =
	| ValuePlace
	| readonly ValuePlace[]
	| ((source: PlaceSource) => string | undefined);

/**
 * Where a delivery says what happened. The first place that holds something counts. Of a list (`each`),
 * `body:` is looked up in the event first, then in the whole body.
 */
export interface EventPlaces {
	readonly name: readonly EventPlace[];
	/** Empty: the provider gives none, a digest stands in. */
	readonly id: readonly EventPlace[];
	/**
	 * Whether the signature covers the id and the account. Where not, what was signed is held against
	 * repeats too.
	 */
	readonly idIsSigned: boolean;
	/**
	 * Of what the digest is that stands in for an id: of the body alone, where the provider signs each
	 * attempt anew with the time of it.
	 *
	 * @default 'signed'
	 */
	readonly digestOf?: 'body' | 'signed';
	/**
	 * By what an event is known: by its id alone where that is unique, whatever type a delivery says.
	 *
	 * @default 'typeAndId'
	 */
	readonly knownBy?: 'id' | 'typeAndId';
	/** False where the signature does not cover the body, which the event then says. */
	readonly bodyIsSigned?: false;
	readonly time?: readonly ValuePlace[];
	/**
	 * How long, in milliseconds, the same content is the same event where it has neither an id nor a
	 * time: later it means something new. @default as long as the trigger remembers
	 */
	readonly repeatsWithinMs?: number;
	readonly subject?: readonly EventPlace[];
	/** Of several accounts, shops or repositories; a part of `source`. */
	readonly account?: readonly EventPlace[];
}

/** What a challenge may be answered with. */
export interface ChallengeContext {
	readonly delivery: Delivery;
	/**
	 * The secret that the signature matched, without blanks around it. Undefined where anybody may have asked,
	 * because the user accepts what is not verified: then nothing may be signed for them.
	 */
	readonly secret: string | undefined;
}
