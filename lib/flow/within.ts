/**
 * Runs something that ends by callback, with a limit.
 *
 * @param limitMs - milliseconds until the promise is rejected with `late()`; the timer keeps the
 * process alive, since someone waits for the outcome
 * @param start - begins the work and returns how to stop listening for its end, called exactly once
 */
export async function within<T>(
	limitMs: number,
	late: () => Error,
	start: (resolve: (value: T) => void, reject: (error: Error) => void) => () => void,
): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	let stop: (() => void) | undefined;
	try {
		return await new Promise<T>((resolve, reject) => {
			timer = setTimeout(() => reject(late()), limitMs);
			stop = start(resolve, reject);
		});
	} finally {
		clearTimeout(timer);
		stop?.();
	}
}
