import type { Dispatcher } from 'undici';
import { AnswerBody } from './answerBody';
import type { DeliveryResponse } from './delivery';
import { AttemptTimeout, verdictOfFault, verdictOfAnswer, type Verdict } from './verdict';
import type { DeliveryTarget } from './target';

export interface AttemptLimits {
	/** Milliseconds from the connection to the end of the answer. */
	readonly limitMs: number;
	/** Milliseconds after which `onSlow` is called. */
	readonly slowAfterMs: number;
}

/** Who waits for an attempt. `onEnd` is called once, `onSlow` at most once before it. */
export interface AttemptWaiter {
	onSlow(): void;
	onEnd(verdict: Verdict, response: DeliveryResponse | undefined): void;
}

interface Head {
	readonly status: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly durationMs: number;
}

/**
 * One POST. Once the head of an answer is there its status counts, however the body ends. A handler of
 * undici's own instead of `request()`: no stream, no promise and no signal for each of thousands.
 */
export class Attempt implements Dispatcher.DispatchHandler {
	private readonly startedAt = performance.now();

	private readonly body: AnswerBody;

	private controller: Dispatcher.DispatchController | undefined;

	private timer: NodeJS.Timeout | undefined;

	private head: Head | undefined;

	private ended = false;

	constructor(
		private readonly target: DeliveryTarget,
		private readonly limits: AttemptLimits,
		private readonly waiter: AttemptWaiter,
	) {
		this.body = new AnswerBody(target.redaction);
	}

	/** @param headers name, value, name, value */
	start(dispatcher: Dispatcher, headers: string[], body: Buffer): void {
		const { limitMs, slowAfterMs } = this.limits;
		this.timer = setTimeout(() => this.slow(), Math.min(slowAfterMs, limitMs));
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

	private slow(): void {
		const { limitMs, slowAfterMs } = this.limits;
		const late = () => this.fail(new AttemptTimeout(limitMs, this.controller !== undefined));
		if (limitMs <= slowAfterMs) return late();
		this.timer = setTimeout(late, limitMs - slowAfterMs);
		this.waiter.onSlow();
	}

	private fail(fault: unknown): void {
		if (this.head !== undefined) {
			this.body.broken = true;
			this.answered();
		} else if (this.finish()) {
			this.waiter.onEnd(verdictOfFault(fault, this.target.origin), undefined);
		}
		this.drop();
	}

	private answered(): void {
		if (this.head === undefined || !this.finish()) return;
		const { status, headers, durationMs } = this.head;
		const kept = this.body.text(headers['content-encoding']);
		this.waiter.onEnd(verdictOfAnswer(status, headers, this.target.origin), {
			status,
			durationMs,
			...kept,
		});
	}

	/** @returns false where it was over before */
	private finish(): boolean {
		if (this.ended) return false;
		this.ended = true;
		clearTimeout(this.timer);
		return true;
	}

	/** Closes the connection, on which the rest of an answer may still come. */
	private drop(): void {
		this.controller?.abort(new Error('the delivery was given up'));
	}
}
