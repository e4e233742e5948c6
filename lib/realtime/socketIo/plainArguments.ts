/** Bytes of binary data that one event may bring into n8n; what is more is named, not kept. */
const MOST_BINARY_BYTES = 4 * 1024 * 1024;

/** Deeper values would overflow the stack of whatever reads them next. */
const DEEPEST = 200;

/** Binary data in JSON. `base64` is null where the event has more of it than is kept. */
export interface BinaryArgument {
	readonly bytes: number;
	readonly base64: string | null;
}

/**
 * An event's arguments as JSON can express them: binary data becomes a {@link BinaryArgument}, and
 * what is nested too deeply the text `[nested too deeply]`.
 */
export function plainArguments(args: readonly unknown[]): unknown[] {
	let room = MOST_BINARY_BYTES;
	const binary = (data: Buffer): BinaryArgument => {
		const bytes = data.byteLength;
		if (bytes > room) return { bytes, base64: null };
		room -= bytes;
		return { bytes, base64: data.toString('base64') };
	};
	const plain = (value: unknown, depth: number): unknown => {
		if (typeof value !== 'object' || value === null) return value;
		if (ArrayBuffer.isView(value)) {
			return binary(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
		}
		if (value instanceof ArrayBuffer) return binary(Buffer.from(value));
		if (depth >= DEEPEST) return '[nested too deeply]';
		if (Array.isArray(value)) return value.map((entry) => plain(entry, depth + 1));
		// fromEntries makes own fields of all names, `__proto__` too.
		return Object.fromEntries(
			Object.entries(value).map(([key, entry]) => [key, plain(entry, depth + 1)]),
		);
	};
	return args.map((arg) => plain(arg, 0));
}
