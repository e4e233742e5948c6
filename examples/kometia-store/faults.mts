import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** An answer instead of the right one. */
export interface FaultyAnswer {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}

type Fault =
	| { readonly kind: 'answer'; readonly answer: FaultyAnswer }
	| { readonly kind: 'delay'; readonly milliseconds: number }
	| { readonly kind: 'hang' }
	| { readonly kind: 'stall' };

/** What goes wrong with the API, for tests. One fault at a time, until it is mended. */
export class Faults {
	#fault: Fault | undefined;

	/** Every request gets this answer. */
	answerWith(status: number, rest: Omit<FaultyAnswer, 'status'> = {}): void {
		this.#fault = { kind: 'answer', answer: { status, ...rest } };
	}

	/** Every answer comes late. */
	delay(milliseconds: number): void {
		this.#fault = { kind: 'delay', milliseconds };
	}

	/** No request is answered. */
	hang(): void {
		this.#fault = { kind: 'hang' };
	}

	/** Every answer begins and never ends. */
	stall(): void {
		this.#fault = { kind: 'stall' };
	}

	mend(): void {
		this.#fault = undefined;
	}

	/** Whether the fault has taken care of this request. */
	async apply(response: ServerResponse): Promise<boolean> {
		const fault = this.#fault;
		switch (fault?.kind) {
			case undefined:
				return false;
			case 'answer':
				response.writeHead(fault.answer.status, {
					'content-type': 'application/json',
					...fault.answer.headers,
				});
				response.end(fault.answer.body ?? '{}');
				return true;
			case 'delay':
				await sleep(fault.milliseconds);
				return false;
			case 'hang':
				return true;
			case 'stall':
				response.writeHead(200, { 'content-type': 'application/json' });
				response.write('{"id":');
				return true;
		}
	}
}
