import { StringDecoder } from 'node:string_decoder';
import type { Redact } from '../net/redact';

/** What is kept of an answer. */
const KEPT_BYTES = 2_048;

/** More is never read: the connection is dropped. */
const MOST_READ_BYTES = 64 * 1024;

/** Characters that are no more than `KEPT_BYTES`: each takes three at most in UTF-8. */
const SURELY_KEPT = Math.floor(KEPT_BYTES / 3);

/** Smaller bytes are characters of their own, larger ones are parts of one. */
const FIRST_OF_SEVERAL = 0x80;

/** Hides what of the subscriber is secret. */
export interface AnswerRedaction {
	readonly redact: Redact;
	/** Bytes of the longest secret. */
	readonly longestSecret: number;
}

/** Takes the beginning of an answer's body and forgets the rest. */
export class AnswerBody {
	private readonly parts: Buffer[] = [];

	private kept = 0;

	private read = 0;

	/** Set where the body did not come to its end. */
	broken = false;

	constructor(private readonly redaction: AnswerRedaction) {}

	/** @returns whether more may be read */
	push(chunk: Buffer): boolean {
		this.read += chunk.length;
		// A secret that the cut would split could not be recognised.
		const room = KEPT_BYTES + this.redaction.longestSecret - this.kept;
		if (room > 0) {
			const part = Buffer.from(chunk.subarray(0, room));
			this.parts.push(part);
			this.kept += part.length;
		}
		return this.read < MOST_READ_BYTES;
	}

	/** The first 2 KB, cut between two characters; `encoding` is the answer's `content-encoding`. */
	text(encoding: unknown): { readonly body: string; readonly truncated: boolean } {
		if (typeof encoding === 'string' && !/^(identity)?$/i.test(encoding.trim())) {
			return { body: `[${this.read} bytes of ${encoding.slice(0, 40)}]`, truncated: true };
		}
		const whole = this.read === this.kept && !this.broken;
		const { redact, longestSecret } = this.redaction;
		const text = redact(decode(this.bytes()));
		// Most answers are short: nothing of them has to be cut, and nothing has to be measured.
		if (whole && text.length <= SURELY_KEPT) return { body: text, truncated: false };
		const redacted = Buffer.from(text);
		// The end may be the beginning of a secret.
		const safe = whole ? redacted.length : Math.max(0, redacted.length - longestSecret);
		return {
			body: decode(redacted.subarray(0, Math.min(safe, KEPT_BYTES))),
			truncated: !whole || safe > KEPT_BYTES,
		};
	}

	private bytes(): Buffer {
		const [first] = this.parts;
		return first !== undefined && this.parts.length === 1 ? first : Buffer.concat(this.parts);
	}
}

/** Half a character at the end is left out instead of replaced. */
function decode(bytes: Buffer): string {
	const last = bytes.at(-1);
	if (last === undefined) return '';
	if (last < FIRST_OF_SEVERAL) return bytes.toString('utf8');
	return new StringDecoder('utf8').write(bytes);
}
