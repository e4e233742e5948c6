import { isObject } from '../event/json';
import { readTime } from '../event/time';

/**
 * Reading of JSON that gateways make. What a field means does not change with its form: a number may
 * come as text, a flag as "true", one thing in a list, a text inside an object. Whatever can be read
 * is read; the rest counts as not told. Nothing here throws.
 */
export type Fields = Readonly<Record<string, unknown>>;

/** Longer than any id; what is longer is none. */
const LONGEST_ID = 512;

const LONGEST_NAME = 100;

/** The names that whatsmeow (WAHA's engine GOWS) gives to some fields of WhatsApp's protocol buffers. */
const GO_NAMES: ReadonlyMap<string, string> = new Map([
	['id', 'ID'],
	['url', 'URL'],
	['remoteJid', 'remoteJID'],
	['stanzaId', 'stanzaID'],
	['selectedId', 'selectedID'],
	['selectedRowId', 'selectedRowID'],
	['selectedButtonId', 'selectedButtonID'],
	['paramsJson', 'paramsJSON'],
	['timestampMs', 'timestampMS'],
	['senderTimestampMs', 'senderTimestampMS'],
]);

/** The fields of an object, or of the only object of a list; undefined: it has none. */
export function fieldsOf(value: unknown): Fields | undefined {
	const one = onlyOne(value);
	return isObject(one) ? one : undefined;
}

/**
 * The first of the fields that says something.
 *
 * @param paths names of WhatsApp's protocol buffers; dots lead into objects, `0` to the first of a list
 * @returns undefined where none does
 */
export function at(value: unknown, ...paths: readonly string[]): unknown {
	for (const path of paths) {
		const found = path.includes('.') ? follow(value, path) : ownField(value, path);
		if (found !== undefined && found !== null) return found;
	}
	return undefined;
}

/** Paths stand in this package's code, so there are few. */
const PATH_PARTS = new Map<string, readonly string[]>();

function follow(value: unknown, path: string): unknown {
	let parts = PATH_PARTS.get(path);
	if (parts === undefined) {
		parts = path.split('.');
		PATH_PARTS.set(path, parts);
	}
	let found = value;
	for (const name of parts) {
		if (found === undefined) return undefined;
		found = ownField(found, name);
	}
	return found;
}

function ownField(value: unknown, name: string): unknown {
	if (typeof value !== 'object' || value === null) return undefined;
	if (Array.isArray(value)) {
		if (name === '0') return value[0] as unknown;
		return value.length === 1 && !Array.isArray(value[0]) ? ownField(value[0], name) : undefined;
	}
	const fields = value as Fields;
	if (Object.hasOwn(fields, name)) return fields[name];
	const goName = GO_NAMES.get(name);
	return goName !== undefined && Object.hasOwn(fields, goName) ? fields[goName] : undefined;
}

/** A text, a number, or either inside a list of one or an object's `text`; null: not told. */
export function textOf(value: unknown): string | null {
	const one = onlyOne(value);
	if (typeof one === 'string') return one;
	if (typeof one === 'number') return Number.isFinite(one) ? String(one) : null;
	const inside = at(one, 'text', '_serialized', '$1');
	return typeof inside === 'string' ? inside : null;
}

/** The first text that is not empty, at one of the paths. */
export function firstText(value: unknown, ...paths: readonly string[]): string | null {
	for (const path of paths) {
		const text = textOf(at(value, path));
		if (text) return text;
	}
	return null;
}

/** An address of a file; null: not told. */
export function linkOf(value: unknown): string | null {
	const one = onlyOne(value);
	return typeof one === 'string' && one !== '' ? one : null;
}

/**
 * An id: text, or a whole number that has lost no digits.
 *
 * @returns null where it is none
 */
export function idOf(value: unknown): string | null {
	const one = onlyOne(value);
	if (typeof one === 'number') return Number.isSafeInteger(one) ? String(one) : null;
	if (typeof one === 'string') {
		const text = one.trim();
		return text !== '' && text.length <= LONGEST_ID ? text : null;
	}
	const number = readProtobufNumber(one);
	return number !== undefined && Number.isSafeInteger(number) ? String(number) : null;
}

/** A gateway's name of an event, cut where no name is that long; empty: not told. */
export function eventName(value: unknown): string {
	return (textOf(value) ?? '').trim().slice(0, LONGEST_NAME);
}

/** A flag, also as text or as 0 and 1; null: not told. */
export function flagOf(value: unknown): boolean | null {
	const one = onlyOne(value);
	if (typeof one === 'boolean') return one;
	const word = typeof one === 'string' ? one.trim().toLowerCase() : one;
	if (word === 'true' || word === 1 || word === '1') return true;
	return word === 'false' || word === 0 || word === '0' ? false : null;
}

/** A number in any form that JSON shows one; null: not told. */
export function numberOf(value: unknown): number | null {
	return readProtobufNumber(onlyOne(value)) ?? null;
}

/** A time in any form that `readTime` knows, or as a 64 bit number of seconds or milliseconds. */
export function momentOf(value: unknown): Date | undefined {
	const one = onlyOne(value);
	return readTime(one) ?? readTime(readProtobufNumber(one));
}

/** Whether there is nothing in it, whatever its form. */
export function isEmpty(value: unknown): boolean {
	if (value === undefined || value === null || value === false) return true;
	if (typeof value === 'string') return value.trim() === '';
	if (Array.isArray(value)) return value.every(isEmpty);
	return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Some senders put one thing into a list. */
function onlyOne(value: unknown): unknown {
	return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

/**
 * Reads a number of a protocol buffer as JSON shows it: a number, digits, or (for 64 bits) the
 * object `{low, high, unsigned}` of the library long.js, which Baileys uses.
 *
 * @returns undefined where the value is none of these
 */
export function readProtobufNumber(value: unknown): number | undefined {
	if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
	if (typeof value === 'string') {
		const text = value.trim();
		return /^-?\d{1,20}(?:\.\d{1,20})?$/.test(text) ? Number(text) : undefined;
	}
	if (typeof value !== 'object' || value === null) return undefined;
	const { low, high } = value as Record<string, unknown>;
	if (typeof low !== 'number' || typeof high !== 'number') return undefined;
	const number = high * 2 ** 32 + (low >>> 0);
	return Number.isFinite(number) ? number : undefined;
}
