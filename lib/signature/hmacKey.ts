import { isAscii } from 'node:buffer';
import { createHash, hash } from 'node:crypto';
import type { BytesEncoding } from '../receive/encodedBytes';

/** Algorithms of HMAC that senders sign with. SHA-1 is there for those who know nothing else. */
export type HmacAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** Bytes that the hash works on at once, and bytes that it makes. */
const SIZES: Readonly<Record<HmacAlgorithm, { readonly block: number; readonly digest: number }>> =
	{
		sha1: { block: 64, digest: 20 },
		sha256: { block: 64, digest: 32 },
		sha384: { block: 128, digest: 48 },
		sha512: { block: 128, digest: 64 },
	};

/** More than that is not copied to be signed. */
const MOST_COPIED_BYTES = 16 * 1024;

/** A text up to here is hashed sooner as it is than after it was copied. */
const MOST_TEXT_UNITS = 512;

/** What one unit of a text, as `length` counts them, takes in UTF-8 at most. */
const MOST_BYTES_A_UNIT = 3;

/** Where what is signed is put together, by one key at a time. */
const scratch = Buffer.allocUnsafeSlow(MOST_COPIED_BYTES);

/** A piece of what is signed; a text counts as UTF-8. */
export type ContentPiece = string | Buffer;

/**
 * A key of HMAC (RFC 2104), ready to sign. Two hashes in one go each instead of an `Hmac` of Node.js,
 * which is a stream: for a body of 1 KB that takes three quarters of the time, and leaves the garbage
 * collector nothing of its own.
 */
export class HmacKey {
	private readonly inner: Buffer;

	/** The same as a text, where that is its UTF-8: of a key that is ASCII. */
	private readonly innerText: string | undefined;

	/** With room for the digest of what is signed. */
	private readonly outer: Buffer;

	private readonly block: number;

	constructor(
		readonly algorithm: HmacAlgorithm,
		key: Buffer,
	) {
		const { block, digest } = SIZES[algorithm];
		this.block = block;
		this.inner = Buffer.alloc(block, 0x36);
		this.outer = Buffer.alloc(block + digest, 0x5c);
		const short = key.length > block ? hash(algorithm, key, 'buffer') : key;
		for (const [place, byte] of short.entries()) {
			this.inner[place] = 0x36 ^ byte;
			this.outer[place] = 0x5c ^ byte;
		}
		this.innerText = isAscii(this.inner) ? this.inner.toString('latin1') : undefined;
	}

	/** The HMAC of the pieces, one after the other, as a text. */
	sign(pieces: readonly ContentPiece[], encoding: BytesEncoding): string {
		this.outer.write(this.innerDigest(pieces), this.block, 'latin1');
		return hash(this.algorithm, this.outer, encoding);
	}

	/** Each byte as a character: for a `Buffer`, Node.js takes twice as long. */
	private innerDigest(pieces: readonly ContentPiece[]): string {
		const { algorithm, block, inner, innerText } = this;
		const first = pieces[0];
		if (
			innerText !== undefined &&
			typeof first === 'string' &&
			pieces.length === 1 &&
			first.length <= MOST_TEXT_UNITS
		) {
			return hash(algorithm, innerText + first, 'binary');
		}
		let most = block;
		for (const piece of pieces) {
			most += typeof piece === 'string' ? piece.length * MOST_BYTES_A_UNIT : piece.length;
		}
		if (most > MOST_COPIED_BYTES) {
			const stream = createHash(algorithm).update(inner);
			for (const piece of pieces) stream.update(piece);
			return stream.digest('binary');
		}
		inner.copy(scratch);
		let at = block;
		for (const piece of pieces) {
			at += typeof piece === 'string' ? scratch.write(piece, at) : piece.copy(scratch, at);
		}
		// Sooner made than a `Buffer` of the same bytes.
		return hash(algorithm, new Uint8Array(scratch.buffer, 0, at), 'binary');
	}
}
