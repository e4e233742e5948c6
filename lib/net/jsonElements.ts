const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** Depth of an object in a list at the top. */
const ELEMENT_DEPTH = 3;

/** Stands in the place of an element: no other object is left there. */
const PLACE = Buffer.from('{}');

/**
 * Reads a JSON object that holds long lists, such as `{"data": [{…}, {…}], "nextCursor": …}`, while
 * its text comes in: each object in a list at its top is parsed alone, as soon as it is complete, and
 * only what is made of it stays in memory. Neither the text nor all that is parsed from it is ever
 * there as a whole.
 */
export class JsonElements {
	private readonly kept: unknown[] = [];

	/** Bytes outside of the elements. */
	private readonly rest: Buffer[] = [];

	/** Bytes of an element that has begun, from chunks before; undefined outside of elements. */
	private begun: Buffer[] | undefined;

	private depth = 0;

	private isInObject = false;

	private isInList = false;

	private isInText = false;

	private isEscaped = false;

	/** Why an element could not be read. */
	private failure: unknown;

	/** Bytes of the text so far. */
	length = 0;

	/** @param keep makes of each element what is kept of it; of one that is no JSON, undefined comes */
	constructor(private readonly keep: (element: unknown) => unknown) {}

	/**
	 * Takes the next part of the text, in UTF-8.
	 *
	 * @param chunk not kept
	 */
	push(chunk: Buffer): void {
		this.length += chunk.length;
		// In variables: this loop sees every byte.
		let { isInText, isEscaped } = this;
		let from = 0;
		for (let at = 0; at < chunk.length; at += 1) {
			const byte = chunk[at];
			if (isInText) {
				if (isEscaped) isEscaped = false;
				else if (byte === BACKSLASH) isEscaped = true;
				else if (byte === QUOTE) isInText = false;
			} else if (byte === QUOTE) isInText = true;
			else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
				this.depth += 1;
				const isObject = byte === OPEN_OBJECT;
				if (this.depth === 1) this.isInObject = isObject;
				if (this.depth === 2) this.isInList = this.isInObject && !isObject;
				if (this.depth !== ELEMENT_DEPTH || !this.isInList || !isObject) continue;
				this.leave(chunk.subarray(from, at));
				this.begun = [];
				from = at;
			} else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
				this.depth -= 1;
				if (this.begun === undefined || this.depth >= ELEMENT_DEPTH) continue;
				this.take([...this.begun, chunk.subarray(from, at + 1)]);
				this.begun = undefined;
				from = at + 1;
			}
		}
		this.isInText = isInText;
		this.isEscaped = isEscaped;
		const left = chunk.subarray(from);
		if (this.begun === undefined) this.leave(left);
		else this.begun.push(Buffer.from(left));
	}

	/**
	 * The whole, with what was kept of each element in its place.
	 *
	 * @throws {SyntaxError} where the text was no JSON
	 */
	end(): unknown {
		if (this.failure !== undefined) throw this.failure;
		const whole = JSON.parse(Buffer.concat(this.rest).toString('utf8')) as unknown;
		if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return whole;
		let next = 0;
		const put = (one: unknown) =>
			typeof one === 'object' && one !== null && !Array.isArray(one) ? this.kept[next++] : one;
		return Object.fromEntries(
			Object.entries(whole).map(([name, value]): [string, unknown] => [
				name,
				Array.isArray(value) ? value.map(put) : value,
			]),
		);
	}

	/** How the text begins, up to its first element. */
	get head(): string {
		return this.rest[0]?.toString('utf8', 0, 100) ?? '';
	}

	private leave(part: Buffer): void {
		if (part.length > 0) this.rest.push(Buffer.from(part));
	}

	private take(parts: readonly Buffer[]): void {
		const [first] = parts;
		const whole = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
		const element = this.parse(whole.toString('utf8'));
		this.kept.push(this.keep(element));
		this.rest.push(PLACE);
	}

	private parse(text: string): unknown {
		try {
			return JSON.parse(text);
		} catch (error) {
			this.failure ??= error;
			return undefined;
		}
	}
}
