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
