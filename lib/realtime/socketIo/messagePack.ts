import { SocketIoError } from './failure';

/** Far deeper than any payload, and far from what a server's own reader can take. */
const DEEPEST = 1_000;

/** What begins a value that says its own length: the short form, and those of 8, 16 and 32 bits. */
interface Heads {
	readonly short: number;
	/** Values from here on are too long for the short form. */
	readonly shortBelow: number;
	readonly bits8?: number;
	readonly bits16: number;
	readonly bits32: number;
}

const TEXT: Heads = { short: 0xa0, shortBelow: 32, bits8: 0xd9, bits16: 0xda, bits32: 0xdb };
const LIST: Heads = { short: 0x90, shortBelow: 16, bits16: 0xdc, bits32: 0xdd };
const OBJECT: Heads = { short: 0x80, shortBelow: 16, bits16: 0xde, bits32: 0xdf };
const POSITIVE: Heads = { short: 0, shortBelow: 128, bits8: 0xcc, bits16: 0xcd, bits32: 0xce };

/** Names and indexes that lead to a value. */
type Path = ReadonlyArray<number | string>;

/**
 * Writes as MessagePack what `JSON.stringify` writes as text, so that a payload arrives the same as
 * over a connection of a client.
 *
 * notepack.io 3.0.1, with which `@socket.io/redis-emitter` writes by itself, makes other numbers of
 * whole ones of 2^64 and more and of those below -2^63, bytes of typed arrays, another time of an
 * invalid date, and takes away the character behind half an emoji.
 *
 * @param shown names a value in an error
 * @throws {SocketIoError} of kind `event` where it is nested more than 1,000 deep, or where an object
 * has a field `__proto__`, which the servers' reader loses
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export function messagePack(
	value: unknown,
	shown: (path: Path) => string = (path) => path.join('.'),
): Buffer {
	return new Writer(shown).pack(value);
}

class Writer {
	private buffer = Buffer.allocUnsafe(1024);

	private length = 0;

	private readonly path: Array<number | string> = [];

	constructor(private readonly shown: (path: Path) => string) {}

	pack(value: unknown): Buffer {
		this.write(value);
		return this.buffer.subarray(0, this.length);
	}

	private write(given: unknown): void {
		const value = inJson(given);
		switch (typeof value) {
			case 'string':
				return this.text(value);
			case 'number':
				return this.number(value);
			case 'boolean':
				return this.byte(value ? 0xc3 : 0xc2);
			case 'object':
				if (value === null) return this.byte(0xc0);
				if (this.path.length > DEEPEST) throw this.tooDeep();
				return Array.isArray(value) ? this.list(value) : this.object(value);
			default:
				return this.byte(0xc0);
		}
	}

	private list(values: readonly unknown[]): void {
		this.head(LIST, values.length);
		for (const [index, value] of values.entries()) this.inside(index, value);
	}

	private object(object: object): void {
		const fields = Object.entries(object).filter(([, value]) => isWritten(value));
		this.head(OBJECT, fields.length);
		for (const [name, value] of fields) {
			this.text(name);
			this.inside(name, value);
		}
	}

	private inside(name: number | string, value: unknown): void {
		this.path.push(name);
		if (name === '__proto__') throw this.lost();
		this.write(value);
		this.path.pop();
	}

	private lost(): SocketIoError {
		return new SocketIoError(
			'event',
			`'${this.shown(this.path)}' would be lost, because the servers can't read a field with this name from Redis`,
			"Rename the field, or set 'Send Via' to 'Connection to the Server'.",
		);
	}

	private tooDeep(): SocketIoError {
		const start = this.shown(this.path.slice(0, 10));
		return new SocketIoError(
			'event',
			`'${start}…' is nested more than ${DEEPEST} levels deep`,
			'Send less data, or send it as a JSON text.',
		);
	}

	/** Half of a surrogate pair, which UTF-8 cannot express, becomes U+FFFD as everywhere. */
	private text(text: string): void {
		const bytes = Buffer.byteLength(text);
		this.head(TEXT, bytes);
		this.reserve(bytes);
		this.length += this.buffer.write(text, this.length);
	}

	private number(value: number): void {
		if (!Number.isInteger(value) || value < -(2 ** 63) || value >= 2 ** 64)
			return this.float(value);
		if (value < 0) return this.negative(value);
		if (value < 2 ** 32) return this.head(POSITIVE, value);
		this.reserve(9);
		this.buffer[this.length] = 0xcf;
		this.buffer.writeBigUInt64BE(BigInt(value), this.length + 1);
		this.length += 9;
	}

	private negative(value: number): void {
		this.reserve(9);
		const at = this.length;
		const { buffer } = this;
		if (value >= -32) {
			this.length = buffer.writeInt8(value, at);
		} else if (value >= -(2 ** 31)) {
			buffer[at] = 0xd2;
			this.length = buffer.writeInt32BE(value, at + 1);
		} else {
			buffer[at] = 0xd3;
			this.length = buffer.writeBigInt64BE(BigInt(value), at + 1);
		}
	}

	/** A double, as JSON's numbers are read everywhere. */
	private float(value: number): void {
		this.reserve(9);
		this.buffer[this.length] = 0xcb;
		this.length = this.buffer.writeDoubleBE(value, this.length + 1);
	}

	private head({ short, shortBelow, bits8, bits16, bits32 }: Heads, length: number): void {
		this.reserve(5);
		const at = this.length;
		const { buffer } = this;
		if (length < shortBelow) {
			this.length = buffer.writeUInt8(short + length, at);
		} else if (bits8 !== undefined && length < 0x100) {
			buffer[at] = bits8;
			this.length = buffer.writeUInt8(length, at + 1);
		} else if (length < 0x10000) {
			buffer[at] = bits16;
			this.length = buffer.writeUInt16BE(length, at + 1);
		} else {
			buffer[at] = bits32;
			this.length = buffer.writeUInt32BE(length, at + 1);
		}
	}

	private byte(byte: number): void {
		this.reserve(1);
		this.length = this.buffer.writeUInt8(byte, this.length);
	}

	private reserve(bytes: number): void {
		const needed = this.length + bytes;
		if (needed <= this.buffer.length) return;
		const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
		this.buffer.copy(larger, 0, 0, this.length);
		this.buffer = larger;
	}
}

/** What JSON knows of a value: dates as texts, no number that is none. */
function inJson(value: unknown): unknown {
	if (typeof value === 'number') return Number.isFinite(value) ? value : null;
	if (typeof value !== 'object' || value === null) return value;
	return 'toJSON' in value && typeof value.toJSON === 'function' ? value.toJSON() : value;
}

/** Fields that JSON leaves out. */
function isWritten(value: unknown): boolean {
	return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}
