import type { BytesEncoding } from '../receive/encodedBytes';
import type { Ed25519Key } from './ed25519Key';
import type { ContentPiece, HmacAlgorithm, HmacKey } from './hmacKey';
import type { PlaceSource, ValuePlace } from './valuePlace';

export type SignatureAlgorithm = HmacAlgorithm | 'ed25519';

/** What a signature is checked with. */
export type VerifyingKey = HmacKey | Ed25519Key;

/**
 * How a sender signs its deliveries, as data. One check reads them all: `signatureVerdict`.
 */
export interface SignatureScheme {
	readonly signature: SignaturePlace;
	/** What is signed, see {@link SignedContent}: `{timestamp}.{body}`. */
	readonly signed: SignedContent;
	/** When it was signed. Undefined: nothing says so. */
	readonly timestamp?: TimestampPlace;
	/** The sender's name of the key that it signed with. */
	readonly keyId?: ValuePlace;
	/** How the text of a secret becomes keys. */
	readonly keys: KeyReader;
}

/** Where signatures stand and how they are written. */
export interface SignaturePlace {
	/** In lower case; the first one that was sent counts. */
	readonly headers: readonly string[];
	/**
	 * `whole`: the header's value is the signature. `parts`: `t=…,v1=…`, names and values.
	 * `versions`: `v1,… v1a,…`, as Standard Webhooks write them.
	 */
	readonly form: 'whole' | 'parts' | 'versions';
	/** Between the parts. @default ',' */
	readonly separator?: ',' | ';';
	/**
	 * What signatures are called, and how each of them is made; of `whole` the name is only shown.
	 * Several, where the name does not tell and the sender's settings decide: whichever can be read.
	 */
	readonly named: Readonly<Record<string, SignatureForm | readonly SignatureForm[]>>;
}

/** How one signature is made and written. */
export interface SignatureForm {
	readonly algorithm: SignatureAlgorithm;
	readonly encoding: BytesEncoding;
	/** Stands before the signature, such as `sha256=`. */
	readonly prefix?: string;
	/** Where this signature covers something else than the scheme's others. */
	readonly signed?: SignedContent;
}

/**
 * What is signed, as a template: `{body}` the raw bytes, `{timestamp}` as it was sent, or a place:
 * `{header:webhook-id}`, `{query:data.id}`, `{body:id}`, `{signature:t}`. A place that must not be
 * missing stands as it is, one that may has a `?` behind it: `{query:data.id?}`. Or a function, where no
 * template can say it.
 */
export type SignedContent = string | ((source: PlaceSource) => SignedSpellings);

/**
 * What a signature may cover, each in pieces: several where senders differ in how they write it, of which
 * one that fits is enough. Undefined where it cannot be told from this delivery: a header is missing,
 * say. `changed` where no signature can be that of this delivery, which contradicts itself.
 */
export type SignedSpellings = readonly [SignedPieces, ...SignedPieces[]] | 'changed' | undefined;

/** Signed one after the other, with nothing between them. */
export type SignedPieces = readonly ContentPiece[];

/** Where the time of signing stands. */
export interface TimestampPlace {
	/** A faster way than `places`, where there is one; undefined where it does not find it. */
	readonly find?: (rawBody: Buffer) => string | undefined;
	/** The first one that was sent counts. */
	readonly places: readonly ValuePlace[];
	/** `either`: what has more than 11 digits counts as milliseconds. */
	readonly unit: 'seconds' | 'milliseconds' | 'either' | 'iso';
	/** Whether it may be seconds with a fraction. @default false */
	readonly hasFractions?: boolean;
	/**
	 * How far it may be from now, both ways, in seconds. Undefined: without a limit, where senders
	 * repeat a delivery with the time of its first one.
	 */
	readonly toleranceSeconds?: number;
}

/**
 * Turns a secret as the user entered it into keys.
 *
 * @param keyId what the delivery names its key, where it does
 * @throws {InvalidKeyError} where the secret cannot be used
 */
export type KeyReader = (secret: string, keyId?: string) => readonly VerifyingKey[];

/** A secret that is none of this scheme; the message ends a sentence and holds nothing of it. */
export class InvalidKeyError extends Error {
	override readonly name: string = 'InvalidKeyError';
}
