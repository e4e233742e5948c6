import type { Delivery } from '../receive/provider';
import { tryJson, valueAtPath } from '../event/json';
import { parseExactly } from '../event/exactNumbers';

/**
 * Where a text stands in a delivery, as `<kind>:<name>`: `header:x-request-id`, `query:data.id`,
 * `body:data.object.id` (a path in JSON; a number is a place in a list), `signature:t` (a part of the
 * header that holds the signature).
 */
export type ValuePlace = `${'header' | 'query' | 'body' | 'signature'}:${string}`;

/** What places are looked up in. */
export interface PlaceSource {
	readonly delivery: Delivery;
	/** Parts of the signature's header by name, such as `t`. */
	readonly parts: ReadonlyMap<string, string>;
	/** The body where somebody has read it; else it is read at the first `body:` place. */
	body?: { readonly value: unknown };
}

/** A place that cannot be read; the message says how one is written. */
export class InvalidPlaceError extends Error {
	override readonly name = 'InvalidPlaceError';

	constructor(place: string) {
		super(
			`"${place}" is not a place in a delivery. Enter header:<name>, body:<path>, query:<name> or signature:<name>, such as header:X-Request-Id or body:data.id.`,
		);
	}
}

const KINDS: readonly string[] = ['header', 'query', 'body', 'signature'];

/** @throws {InvalidPlaceError} */
export function readPlace(text: string): ValuePlace {
	const trimmed = text.trim();
	const colon = trimmed.indexOf(':');
	const kind = trimmed.slice(0, colon).trim().toLowerCase();
	const name = trimmed.slice(colon + 1).trim();
	if (colon < 0 || !KINDS.includes(kind) || name === '') throw new InvalidPlaceError(trimmed);
	return `${kind}:${name}` as ValuePlace;
}

/**
 * The text that stands at a place.
 *
 * @returns undefined where there is none, or something that is no text, number or boolean
 */
export function textAt(place: ValuePlace, source: PlaceSource): string | undefined {
	const value = valueAt(place, source);
	switch (typeof value) {
		case 'string':
			return value;
		case 'number':
		case 'boolean':
		case 'bigint':
			return String(value);
		default:
			return undefined;
	}
}

/** The same for the first place that has a text that says something. */
export function firstTextAt(
	places: readonly ValuePlace[],
	source: PlaceSource,
): string | undefined {
	for (const place of places) {
		const text = textAt(place, source);
		if (text !== undefined && text !== '') return text;
	}
	return undefined;
}

/** Whatever stands at a place, of any shape. */
export function valueAt(place: ValuePlace, source: PlaceSource): unknown {
	const { kind, name } = partsOf(place);
	switch (kind) {
		case 'header':
			return oneLine(source.delivery.headers[name]);
		case 'query':
			return valueAtPath(source.delivery.query, name);
		case 'signature':
			return source.parts.get(name);
		default:
			return valueAtPath(bodyOf(source), name);
	}
}

interface PlaceParts {
	readonly kind: string;
	readonly name: string;
}

/** Places are few, and each delivery is looked up in several. */
const known = new Map<ValuePlace, PlaceParts>();

/** A user may change a place as often as he likes. */
const MOST_KNOWN = 500;

function partsOf(place: ValuePlace): PlaceParts {
	let parts = known.get(place);
	if (parts === undefined) {
		const colon = place.indexOf(':');
		const kind = place.slice(0, colon);
		const name = place.slice(colon + 1);
		parts = { kind, name: kind === 'header' ? name.toLowerCase() : name };
		if (known.size >= MOST_KNOWN) known.clear();
		known.set(place, parts);
	}
	return parts;
}

function oneLine(value: string | string[] | undefined): string | undefined {
	return Array.isArray(value) ? value.join(', ') : value;
}

function bodyOf(source: PlaceSource): unknown {
	source.body ??= { value: tryJson(source.delivery.rawBody.toString('utf8'), parseExactly) };
	return source.body.value;
}
