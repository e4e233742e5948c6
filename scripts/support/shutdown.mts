import { say } from './step.mjs';

/** Signals that ask to stop: Ctrl-C, `kill`, a closed terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How a command is asked to stop. */
export interface Shutdown {
	/** Aborted at the first request. */
	readonly signal: AbortSignal;
	/** Resolves at the first request. */
	readonly requested: Promise<void>;
}

/**
 * Listens for the request to stop; a second one ends the process at once (and with it, through
 * their `exit` handlers, all that it started). The parent's end counts as a request too.
 */
export function listenForShutdown(): Shutdown {
	const controller = new AbortController();
	const requested = new Promise<void>((resolve) => {
		controller.signal.addEventListener('abort', () => resolve(), { once: true });
	});
	const request = () => {
		if (controller.signal.aborted) {
			say('Stopping at once.');
			process.exit(130);
		}
		controller.abort(new Error('Stopped.'));
	};
	for (const name of SIGNALS) process.on(name, request);
	process.once('disconnect', request);
	return { signal: controller.signal, requested };
}
