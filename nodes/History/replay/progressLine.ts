import type { IExecuteFunctions } from 'n8n-workflow';

/** Events between two lines of progress. */
const STEP = 100;

/** While it runs: a line in n8n's log (level debug), and in the browser where somebody looks on. */
export class ReplayProgress {
	private count = 0;

	constructor(private readonly context: IExecuteFunctions) {}

	ended(): void {
		this.count += 1;
		if (this.count % STEP !== 0) return;
		const line = `Event History: ${this.count} events replayed or left out`;
		this.context.logger.debug(line);
		this.context.sendMessageToUI(line);
	}
}
