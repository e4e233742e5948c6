import { z } from 'zod';
import { readTime } from '../event/time';
import { MalformedBodyError } from '../receive/provider';
import { read } from '../receive/readSchema';
import { FIELDS, type FieldMapping } from './fields';

/** A notification as a phone showed it, whoever forwards it and by whatever way. */
export interface YapeNotification {
	/** What the sender calls the app, or its package where it gives only that. */
	readonly app: string | null;
	readonly packageName: string | null;
	readonly title: string;
	readonly text: string;
	readonly deviceId: string | null;
	/** Tells two copies of one app on a phone apart. */
	readonly androidUserId: string | null;
	/** When the phone showed it. */
	readonly postedAt: Date | undefined;
	/** When the sender took notice of it; another time at each attempt, with some senders. */
	readonly receivedAt: Date | undefined;
	/** Android's key of the notification. */
	readonly key: string | null;
	/** Number of the record at Yape Notifier's server, where it comes from there. */
	readonly recordId: string | null;
	/** The sender's own reading of the text. */
	readonly amount: unknown;
	readonly currency: string | null;
	readonly payerName: string | null;
	readonly status: string | null;
	readonly raw: unknown;
}

const body = z.record(z.unknown());
const text = z.string();
const scalar = z
	.union([z.string(), z.number(), z.boolean()])
	.nullish()
	.transform((value) => (value === null || value === undefined ? null : String(value).trim()))
	.transform((value) => (value === '' ? null : value));

/**
 * Reads a body of the Yape Notifier app, of its server's records, or of any forwarder of Android
 * notifications.
 *
 * @param mapping names of fields that are called otherwise than usual
 * @throws {MalformedBodyError} naming the field that makes no sense
 */
export function readNotification(value: unknown, mapping: FieldMapping = {}): YapeNotification {
	const fields = read(body, value, '');
	const find = (name: keyof typeof FIELDS) => findField(fields, mapping[name], FIELDS[name]);
	const one = (name: keyof typeof FIELDS) => {
		const found = find(name);
		return found === undefined ? null : read(scalar, found.value, found.path);
	};
	const shown = readText(find('text'), one('title'), mapping.text);
	const isRecord = 'commerce_id' in fields || 'is_duplicate' in fields;
	return {
		app: one('app'),
		packageName: one('package'),
		title: one('title') ?? '',
		text: shown,
		deviceId: one('device'),
		androidUserId: one('androidUser'),
		postedAt: readTime(find('time')?.value),
		receivedAt: readTime(fields.received_at ?? fields.receivedAt),
		key: one('key'),
		recordId: isRecord ? read(scalar, fields.id, 'id') : null,
		amount: readAmount(fields.amount),
		currency: read(scalar, fields.currency, 'currency'),
		payerName: read(scalar, fields.payer_name ?? fields.payerName, 'payer_name'),
		status: read(scalar, fields.status, 'status'),
		raw: value,
	};
}

/** Text is required, but an app may show a notification that has only a title. */
function readText(
	found: { readonly path: string; readonly value: unknown } | undefined,
	title: string | null,
	mapped: string | undefined,
): string {
	if (found !== undefined) return read(text, found.value, found.path);
	if (title !== null && mapped === undefined) return '';
	throw new MalformedBodyError(
		mapped ?? 'text',
		"no text of a notification, name the field that holds it in the option 'Text Field'",
	);
}

function readAmount(value: unknown): unknown {
	return read(z.union([z.string(), z.number()]).nullish(), value, 'amount');
}

/** The first field that is there and says something; a name may itself hold dots (`android.text`). */
function findField(
	fields: Record<string, unknown>,
	mapped: string | undefined,
	usual: readonly string[],
): { path: string; value: unknown } | undefined {
	for (const path of mapped === undefined ? usual : [mapped]) {
		const value = Object.hasOwn(fields, path) ? fields[path] : follow(fields, path.split('.'));
		const usable = mapped !== undefined || typeof value !== 'object';
		if (value !== undefined && value !== null && value !== '' && usable) return { path, value };
	}
	return undefined;
}

function follow(value: unknown, steps: readonly string[]): unknown {
	let at = value;
	for (const step of steps) {
		if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
		at = (at as Record<string, unknown>)[step];
	}
	return at;
}
