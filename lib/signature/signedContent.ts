import type { ContentPiece } from './hmacKey';
import type { SignedContent, SignedSpellings } from './signatureScheme';
import { readPlace, textAt, type PlaceSource, type ValuePlace } from './valuePlace';

/** One piece of a template. */
type TemplatePart =
	| { readonly kind: 'text'; readonly text: string }
	| { readonly kind: 'body' }
	| { readonly kind: 'timestamp' }
	| { readonly kind: 'place'; readonly place: ValuePlace; readonly isOptional: boolean };

/** A template that cannot be read; the message says why. */
export class InvalidTemplateError extends Error {
	override readonly name = 'InvalidTemplateError';
}

const NAME = /\{([^{}]*)\}/g;

/** Templates are few, and each delivery needs its own. */
const compiled = new Map<string, readonly TemplatePart[]>();

/** A user may change a template as often as he likes. */
const MOST_COMPILED = 200;

/**
 * What a delivery's signature is to cover.
 *
 * @param timestamp as it was sent
 * @throws {InvalidTemplateError | InvalidPlaceError}
 */
export function signedSpellings(
	content: SignedContent,
	source: PlaceSource,
	timestamp: string,
): SignedSpellings {
	if (typeof content === 'function') return content(source);
	const pieces: ContentPiece[] = [];
	for (const part of templateParts(content)) {
		const piece = pieceOf(part, source, timestamp);
		if (piece === undefined) return undefined;
		const last = pieces.at(-1);
		// One text is hashed faster than two.
		if (typeof piece === 'string' && typeof last === 'string')
			pieces[pieces.length - 1] = last + piece;
		else pieces.push(piece);
	}
	return [pieces];
}

function pieceOf(
	part: TemplatePart,
	source: PlaceSource,
	timestamp: string,
): ContentPiece | undefined {
	switch (part.kind) {
		case 'text':
			return part.text;
		case 'body':
			return source.delivery.rawBody;
		case 'timestamp':
			return timestamp;
		case 'place':
			return textAt(part.place, source) ?? (part.isOptional ? '' : undefined);
	}
}

/**
 * Reads a template such as `{timestamp}.{body}`.
 *
 * @throws {InvalidTemplateError | InvalidPlaceError}
 */
export function templateParts(template: string): readonly TemplatePart[] {
	let parts = compiled.get(template);
	if (parts === undefined) {
		parts = compile(template);
		if (compiled.size >= MOST_COMPILED) compiled.clear();
		compiled.set(template, parts);
	}
	return parts;
}

function compile(template: string): TemplatePart[] {
	const parts: TemplatePart[] = [];
	let at = 0;
	for (const found of template.matchAll(NAME)) {
		pushText(parts, template.slice(at, found.index));
		parts.push(partOf(found[1] ?? ''));
		at = found.index + found[0].length;
	}
	pushText(parts, template.slice(at));
	return parts;
}

function pushText(parts: TemplatePart[], text: string): void {
	if (/[{}]/.test(text)) {
		throw new InvalidTemplateError(`"${text}" has an unmatched brace`);
	}
	if (text !== '') parts.push({ kind: 'text', text });
}

function partOf(name: string): TemplatePart {
	const trimmed = name.trim();
	if (trimmed === 'body' || trimmed === 'timestamp') return { kind: trimmed };
	const isOptional = trimmed.endsWith('?');
	const place = isOptional ? trimmed.slice(0, -1) : trimmed;
	if (!place.includes(':')) {
		throw new InvalidTemplateError(
			`{${trimmed}} is not known. Use {body}, {timestamp}, {id}, or a place such as {header:X-Name}, {query:name} or {body:path}.`,
		);
	}
	return { kind: 'place', place: readPlace(place), isOptional };
}
