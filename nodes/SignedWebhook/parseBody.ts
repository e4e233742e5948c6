import { parseJson, tryJson } from '../../lib/event/json';
import { parseExactly } from '../../lib/event/exactNumbers';
import type { Delivery } from '../../lib/receive/provider';

/** A body that is neither JSON nor text. */
export interface BinaryBody {
	readonly bytes: Buffer;
	/** As the sender says, without its parameters; `application/octet-stream` where it does not. */
	readonly mimeType: string;
}

export function isBinaryBody(body: unknown): body is BinaryBody {
	return (
		typeof body === 'object' && body !== null && 'bytes' in body && Buffer.isBuffer(body.bytes)
	);
}

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = /^application\/(?:[\w.+-]*\+)?json$|^text\/json$/;
const TEXT_TYPE = /^text\/|^application\/(?:[\w.+-]*\+)?xml$/;

/**
 * Reads a body by its content type: JSON (also where a sender does not call it so), the fields of a
 * form, text and XML as text. What is neither is handed over as bytes, never refused: it was verified.
 */
export function parseBody({ headers, rawBody }: Delivery): unknown {
	const mimeType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
	if (rawBody.length === 0) return '';
	if (mimeType === FORM) return formFields(rawBody);
	if (JSON_TYPE.test(mimeType)) return parsedOrText(rawBody);
	if (mimeType === '') return parsedOrText(rawBody);
	const text = utf8(rawBody);
	const isText = text !== undefined && TEXT_TYPE.test(mimeType);
	if (isText && mimeType !== 'text/plain') return text;
	const json = text === undefined ? undefined : tryJson(text, parseExactly);
	if (typeof json === 'object' && json !== null) return json;
	if (isText) return text;
	return { bytes: rawBody, mimeType: mimeType || 'application/octet-stream' };
}

/**
 * The fields of a form; one that comes more than once is a list.
 *
 * @see https://url.spec.whatwg.org/#application/x-www-form-urlencoded
 */
export function formFields(rawBody: Buffer): Readonly<Record<string, string | readonly string[]>> {
	const fields = new Map<string, string | string[]>();
	for (const [name, value] of new URLSearchParams(rawBody.toString('utf8'))) {
		const before = fields.get(name);
		if (before === undefined) fields.set(name, value);
		else if (typeof before === 'string') fields.set(name, [before, value]);
		else before.push(value);
	}
	return Object.fromEntries(fields);
}

/**
 * Reads a form that holds JSON in its field `payload`, and everything else as `parseBody` does.
 */
export function parseFormPayload(delivery: Delivery): unknown {
	const body = parseBody(delivery);
	if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'payload')) return body;
	const isForm = delivery.headers['content-type']?.toLowerCase().startsWith(FORM) === true;
	const payload: unknown = isForm ? Reflect.get(body, 'payload') : undefined;
	if (typeof payload !== 'string') return body;
	return tryJson(payload, parseExactly) ?? body;
}

function parsedOrText(rawBody: Buffer): unknown {
	try {
		return parseJson(rawBody);
	} catch {
		return utf8(rawBody) ?? { bytes: rawBody, mimeType: 'application/octet-stream' };
	}
}

/** @returns undefined where the bytes are no UTF-8 */
function utf8(bytes: Buffer): string | undefined {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		return undefined;
	}
}
