import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than a connection lasts that the system gave the port to while nobody listened there. */
const LIMIT_MS = 60_000;
const PAUSE_MS = 100;

/**
 * Listens on 127.0.0.1, on a free port (0), or on one that was listened on before: a connection that
 * somebody has opened meanwhile may have that one for a moment.
 */
export async function listenAgain(server: Server, port: number): Promise<void> {
	const deadline = Date.now() + LIMIT_MS;
	for (;;) {
		try {
			await new Promise<void>((resolve, reject) => {
				server.once('error', reject);
				server.listen(port, '127.0.0.1', () => {
					server.removeListener('error', reject);
					resolve();
				});
			});
			return;
		} catch (error) {
			const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
			if (!isTaken || Date.now() > deadline) throw error;
			await sleep(PAUSE_MS);
		}
	}
}
