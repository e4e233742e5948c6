import { z } from 'zod';
import { MalformedBodyError } from './provider';

/**
 * Reads a value by a schema.
 *
 * @param path where in the body the value stands, such as `data`
 * @throws {MalformedBodyError} naming the first field that does not fit
 */
export function read<T extends z.ZodTypeAny>(schema: T, value: unknown, path: string): z.output<T> {
	const result = schema.safeParse(value);
	if (result.success) return result.data as z.output<T>;
	const issue = result.error.issues[0];
	const field = [path, ...(issue?.path ?? [])].filter((part) => part !== '').join('.');
	throw new MalformedBodyError(field === '' ? 'body' : field, issue?.message ?? 'not as expected');
}

/**
 * The fields of a body. What a verified sender puts into them is never a reason to refuse it: many
 * never send again what was refused as unreadable.
 *
 * @throws {MalformedBodyError} where the body is no JSON object
 */
export function readObject(body: unknown): Readonly<Record<string, unknown>> {
	if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
		return body as Readonly<Record<string, unknown>>;
	}
	throw new MalformedBodyError('body', 'must be a JSON object');
}
