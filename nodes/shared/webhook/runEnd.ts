import type { IExecuteFunctions } from 'n8n-workflow';
import { fieldOf, isObject, type JsonObject } from '../../../lib/event/json';

/** How an execution ended. `sleeping`: n8n has put it away and goes on by itself later. */
export type RunEnd = 'succeeded' | 'failed' | 'sleeping';

/** How often a run that goes on is looked at: of one that falls asleep n8n tells nothing. */
const LOOK_EVERY_MS = 1_000;

/**
 * Whether this n8n says when an execution ends, and how. n8n 2.41 does; where it does not, nobody may
 * wait for it.
 */
export function tellsRunEnd(context: IExecuteFunctions): boolean {
	return context.onExecutionFinish !== undefined && liveData(context) !== undefined;
}

/** Resolves when the execution has ended, or was put away for later. Never rejects. */
export async function runEnd(context: IExecuteFunctions): Promise<RunEnd> {
	let looking: NodeJS.Timeout | undefined;
	try {
		return await new Promise<RunEnd>((resolve) => {
			const isStopped = () => context.getExecutionCancelSignal()?.aborted === true;
			context.onExecutionFinish?.(() => {
				resolve(isStopped() || hasError(context) ? 'failed' : 'succeeded');
			});
			let wasSleepy = false;
			looking = setInterval(() => {
				if (isStopped()) resolve('failed');
				const isSleepy = liveData(context)?.waitTill !== undefined;
				// Twice in a row: n8n stores it meanwhile.
				if (isSleepy && wasSleepy) resolve('sleeping');
				wasSleepy = isSleepy;
			}, LOOK_EVERY_MS);
			looking.unref();
		});
	} finally {
		clearInterval(looking);
	}
}

/**
 * What n8n knows of the execution this moment. It tells whom it calls at the end nothing, and its
 * database not where the user lets it save nothing; but every context that n8n made holds this.
 */
function liveData(context: IExecuteFunctions): JsonObject | undefined {
	const data: unknown = Reflect.get(context, 'runExecutionData');
	return isObject(data) ? data : undefined;
}

function hasError(context: IExecuteFunctions): boolean {
	return fieldOf(liveData(context), 'resultData', 'error') !== undefined;
}
