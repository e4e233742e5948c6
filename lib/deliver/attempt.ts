import { StringDecoder } from 'node:string_decoder';
import type { Dispatcher } from 'undici';
import type { DeliveryResponse } from './delivery';
import type { Job } from './host';
import type { AnswerRedaction, DeliveryTarget } from './target';
import { AttemptTimeout, verdictOfFault, verdictOfAnswer, type Verdict } from './verdict';

export interface AttemptLimits {
	/** Milliseconds from the connection to the end of the answer. */
	readonly limitMs: number;
	/** Milliseconds after which `onSlow` is called. */
	readonly slowAfterMs: number;
}

/** Who waits for attempts: one for all of a run, so that none needs functions of its own. */
export interface AttemptWaiter {
	/** At most once for each, before its end. */
	onSlow(attempt: Attempt): void;
	/** Once for each. */
	onEnd(attempt: Attempt, verdict: Verdict, response: DeliveryResponse | undefined): void;
}

interface Head {
	readonly status: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly durationMs: number;
}

/**
 * One POST. Once the head of an answer is there its status counts, however the body ends. A handler of
 * undici's own instead of `request()`: no stream, no promise and no signal for each of thousands.
 *
 * `Exchange` in lib/net is another such handler, and they stay two. What they share is some twenty lines
 * (the controller, the head, ending once, dropping the connection), and what they do at each turn differs: here a
 * fault after the head is an answer, one timer watches all attempts of a run and tells of slow ones first,
 * and of the body the beginning is kept with secrets hidden; there such a fault is one, each request has
 * its limit and its signal, and the body is kept whole or handed on. A common base would save few lines, and
 * neither could be read without it.
 */
export class Attempt implements Dispatcher.DispatchHandler {
	private readonly startedAt = performance.now();

	/** When `late` is to be called, by `performance.now()`. */
	dueAt: number;

	private readonly body: AnswerBody;

	private controller: Dispatcher.DispatchController | undefined;

	private head: Head | undefined;

	private ended = false;

	private readonly target: DeliveryTarget;

	constructor(
		readonly job: Job,
		private readonly limits: AttemptLimits,
		private readonly waiter: AttemptWaiter,
	) {
		this.target = job.target;
		this.dueAt = this.startedAt + Math.min(limits.slowAfterMs, limits.limitMs);
		this.body = new AnswerBody(job.target.redaction);
	}

	/** @param headers name, value, name, value */
	start(dispatcher: Dispatcher, headers: string[], body: Buffer): void {
		const { origin, path } = this.target;
		try {
			dispatcher.dispatch(
				// undici's own limits are off: this one counts from the connection on.
				{ origin, path, method: 'POST', headers, body, headersTimeout: 0, bodyTimeout: 0 },
				this,
			);
		} catch (error) {
			this.fail(error);
		}
	}

	/** It is slow by now; the next time its limit is reached. */
	late(): void {
		if (this.ended) return;
		const { limitMs } = this.limits;
		const endsAt = this.startedAt + limitMs;
		if (this.dueAt >= endsAt) {
			this.fail(new AttemptTimeout(limitMs, this.controller !== undefined));
		} else {
			this.dueAt = endsAt;
			this.waiter.onSlow(this);
		}
	}

	/** Ends it without a verdict; nothing is called any more. */
	cancel(): void {
		if (this.finish()) this.drop();
	}

	onRequestStart(controller: Dispatcher.DispatchController): void {
		this.controller = controller;
		if (this.ended) this.drop();
	}

	onResponseStart(
		_controller: Dispatcher.DispatchController,
		status: number,
		headers: Readonly<Record<string, unknown>>,
	): void {
		// 1xx comes before the answer.
		if (status < 200) return;
		this.head = { status, headers, durationMs: Math.round(performance.now() - this.startedAt) };
	}

	onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
		if (this.ended || this.body.push(chunk)) return;
		this.body.broken = true;
		this.answered();
		this.drop();
	}

	onResponseEnd(): void {
		this.answered();
	}

	onResponseError(_controller: unknown, error: Error): void {
		this.fail(error);
	}

	/** The receiver speaks another protocol from here on, which nobody asked for. */
	onRequestUpgrade(
		_controller: Dispatcher.DispatchController,
		status: number,
		headers: Readonly<Record<string, unknown>>,
		socket: { destroy(): unknown },
	): void {
		socket.destroy();
		this.head = { status, headers, durationMs: Math.round(performance.now() - this.startedAt) };
		this.answered();
	}

	private fail(fault: unknown): void {
		if (this.head !== undefined) {
			this.body.broken = true;
			this.answered();
		} else if (this.finish()) {
			this.waiter.onEnd(this, verdictOfFault(fault, this.target.origin), undefined);
		}
		this.drop();
	}

	private answered(): void {
		if (this.head === undefined || !this.finish()) return;
		const { status, headers, durationMs } = this.head;
		const { body, truncated } = this.body.text(headers['content-encoding']);
		const verdict = verdictOfAnswer(status, headers, this.target.origin);
		this.waiter.onEnd(this, verdict, { status, durationMs, body, truncated });
	}

	/** @returns false where it was over before */
	private finish(): boolean {
		if (this.ended) return false;
		this.ended = true;
		return true;
	}

	/** Closes the connection, on which the rest of an answer may still come. */
	private drop(): void {
		this.controller?.abort(new Error('the delivery was given up'));
	}
}

/** What is kept of an answer. */
const KEPT_BYTES = 2_048;

/** More is never read: the connection is dropped. */
const MOST_READ_BYTES = 64 * 1024;

/** Characters that are no more than `KEPT_BYTES`: each takes three at most in UTF-8. */
const SURELY_KEPT = Math.floor(KEPT_BYTES / 3);

/** Smaller bytes are characters of their own, larger ones are parts of one. */
const FIRST_OF_SEVERAL = 0x80;

/** Takes the beginning of an answer's body and forgets the rest. */
class AnswerBody {
	private readonly parts: Buffer[] = [];

	private kept = 0;

	private read = 0;

	/** Set where the body did not come to its end. */
	broken = false;

	constructor(private readonly redaction: AnswerRedaction) {}

	/** @returns whether more may be read */
	push(chunk: Buffer): boolean {
		this.read += chunk.length;
		const fits = this.kept + chunk.length <= KEPT_BYTES;
		// A secret that the cut would split could not be recognised.
		const room = fits ? chunk.length : KEPT_BYTES + this.redaction.longestSecret - this.kept;
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
		const text = this.redaction.redact(decode(this.bytes()));
		// Most answers are short: nothing of them has to be cut, and nothing has to be measured.
		if (whole && text.length <= SURELY_KEPT) return { body: text, truncated: false };
		const redacted = Buffer.from(text);
		// The end may be the beginning of a secret.
		const cut = whole ? 0 : this.redaction.longestSecret;
		const safe = Math.max(0, redacted.length - cut);
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
