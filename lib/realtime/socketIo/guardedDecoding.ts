/** Runs a reader; what it throws is dropped. */
export type Guarded = (read: () => void) => void;

/** The part of a Manager that makes packets of frames. */
interface PacketDecoder {
	add(data: unknown): void;
	/** Forgets a packet that is not complete. */
	destroy(): void;
}

/** Events and refusals without content: the client reads their content all the same, and fails. */
const WITHOUT_CONTENT = /^[24](\/[^,]*,?)?\d*$/;

/**
 * Keeps a connection whose server sends a packet of another form than the protocol's: by itself,
 * socket.io-client 4.8.4 ends the connection for one that it cannot decode (`parse error`).
 *
 * @param manager a Manager of socket.io-client
 */
export function guardDecoding(manager: object, guarded: Guarded): void {
	const decoder = Reflect.get(manager, 'decoder') as PacketDecoder;
	const add = decoder.add.bind(decoder);
	decoder.add = (data) =>
		guarded(() => {
			if (typeof data === 'string' && WITHOUT_CONTENT.test(data)) throw new Error('no content');
			const failure = failureOf(() => add(data));
			if (failure === undefined) return;
			// It may be the one before that is at fault: binary data of which a part is missing.
			decoder.destroy();
			const again = failureOf(() => add(data));
			if (again !== undefined) decoder.destroy();
			throw new Error(again ?? failure);
		});
}

function failureOf(run: () => void): string | undefined {
	try {
		run();
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}
