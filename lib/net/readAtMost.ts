import { addAbortSignal, type Readable } from 'node:stream';

/**
 * Reads a stream to its end.
 *
 * @param mostBytes of a longer one nothing is kept, and it is closed
 * @param signal ends the reading at once
 * @returns undefined where it is longer
 * @throws where the stream breaks off or the signal comes
 */
export async function readAtMost(
	stream: Readable,
	mostBytes: number,
	signal: AbortSignal,
): Promise<Buffer | undefined> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	// Leaving the loop early destroys the stream.
	for await (const chunk of addAbortSignal(signal, stream)) {
		const part = Buffer.from(chunk as Uint8Array);
		bytes += part.length;
		if (bytes > mostBytes) return undefined;
		chunks.push(part);
	}
	return Buffer.concat(chunks);
}
