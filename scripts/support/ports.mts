import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Everything listens here only. */
export const LOOPBACK = '127.0.0.1';

/**
 * Opens a port on 127.0.0.1 for a moment.
 *
 * @param port 0 for any free one
 * @returns the port it got
 * @throws the system's error, code `EADDRINUSE` when the port is taken
 */
async function probePort(port: number): Promise<number> {
	return await new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
			const { port: got } = server.address() as AddressInfo;
			server.close(() => resolve(got));
		});
	});
}

/** `count` different ports that are free now. */
export async function freePorts(count: number): Promise<number[]> {
	const ports = new Set<number>();
	for (let tries = 0; ports.size < count && tries < 20 * count; tries++) {
		ports.add(await probePort(0));
	}
	return [...ports];
}

/** Below what systems give to connections that go out: from 32768 on Linux, from 49152 elsewhere. */
const LASTING = { from: 20_000, to: 32_000 } as const;

/**
 * `count` different ports that are free now and that no connection is given meanwhile: for programs that
 * start one after the other, while those before them open connections.
 *
 * @throws where there are not so many
 */
export async function lastingPorts(count: number): Promise<number[]> {
	const ports = new Set<number>();
	for (let tries = 0; ports.size < count && tries < 100 * count; tries++) {
		const port = LASTING.from + Math.floor(Math.random() * (LASTING.to - LASTING.from));
		try {
			ports.add(await probePort(port));
		} catch {
			// Somebody else has it.
		}
	}
	if (ports.size < count) throw new Error(`There are no ${count} free ports on ${LOOPBACK}.`);
	return [...ports];
}

/**
 * Makes sure that a port can be used.
 *
 * @param use what wants the port
 * @param setting the environment variable that changes it
 * @throws when the port is taken, naming the setting
 */
export async function assertPortFree(
	port: number,
	use: string,
	setting: string,
	command = 'npm start',
): Promise<void> {
	try {
		await probePort(port);
	} catch (error) {
		const why =
			(error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'is taken' : 'cannot be used';
		throw new Error(
			`Port ${port} ${why}, and ${use} needs it (${String((error as Error).message)}).\n` +
				`Stop the program that uses it, or choose another port: ${setting}=${port + 1000} ${command}`,
		);
	}
}

/**
 * Reads a port from the environment.
 *
 * @throws when it is not a port number, naming the variable
 */
export function portFromEnv(setting: string, fallback: number): number {
	const text = process.env[setting];
	if (text === undefined || text === '') return fallback;
	const port = Number(text);
	if (!Number.isInteger(port) || port < 1 || port > 65_535) {
		throw new Error(`${setting}=${text} is not a port number (1-65535).`);
	}
	return port;
}
