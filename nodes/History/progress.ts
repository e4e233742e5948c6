import type { IExecuteFunctions } from 'n8n-workflow';
import type { HistoryProgress } from '../../lib/history/filters';

/** Executions between two lines of progress. */
const STEP = 1_000;

/** Tells how far reading has come, and what came of it. */
export interface ProgressReport {
	readonly onProgress: (progress: HistoryProgress) => void;
	/** Shown in the output of the node. */
	end(gaps: number): void;
}

/**
 * While it reads: a line in n8n's log (level debug), and in the browser's console where somebody
 * looks on. At the end: a line above the node's output.
 */
export function reportProgress(context: IExecuteFunctions): ProgressReport {
	let last: HistoryProgress = { executions: 0, events: 0 };
	let told = 0;
	return {
		onProgress: (progress) => {
			last = progress;
			if (progress.executions - told < STEP) return;
			told = progress.executions;
			const reached =
				progress.reached === undefined ? '' : `, back to ${progress.reached.toISOString()}`;
			const line = `Event History: ${lineOf(progress)}${reached}`;
			context.logger.debug(line);
			context.sendMessageToUI(line);
		},
		end: (gaps) => {
			const rest = gaps === 0 ? 'no gaps' : `${count(gaps, 'gap')}: see the output Gaps`;
			const message = `${lineOf(last)}, ${rest}`;
			context.addExecutionHints({
				message,
				type: gaps === 0 ? 'info' : 'warning',
				location: 'outputPane',
			});
		},
	};
}

function lineOf({ executions, events }: HistoryProgress): string {
	return `Read ${count(executions, 'execution')}, found ${count(events, 'event')}`;
}

function count(number: number, noun: string): string {
	return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}
