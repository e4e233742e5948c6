import { tryJsonObject, tryJson } from '../event/json';
import { namesIn } from '../event/lists';
import { openText, sealText } from '../registration/sealedText';
import { isSigningSecret } from '../standardWebhooks/secret';
import type { DataTableRow, Cell } from './dataTables';
import { readFilter } from './filter';
import { Problem } from './problem';
import { SCHEMA_VERSION, type ColumnName } from './registryTable';
import {
	readContentType,
	readEventPatterns,
	BadRow,
	type RegisteredSubscriber,
	type DisabledReason,
	readSubscriberHeaders,
	readSubscriberUrl,
	type Subscriber,
} from './subscriber';

const REASONS: readonly DisabledReason[] = ['asked', 'failing', 'gone'];

/**
 * Makes a subscriber of a row, however a person may have written it; a row without a value for
 * `active` is active.
 *
 * @param now a previous secret that ended before is left out
 */
export function readRow(
	row: DataTableRow,
	keys: RegistryKeys,
	now: Date,
): RegisteredSubscriber | BadRow {
	const newer = newerVersion(row.schemaVersion);
	if (newer !== undefined) return badRow(row, { schemaVersion: newer });
	const fields = {
		url: readSubscriberUrl(textOf(row.url)),
		events: readEventPatterns(listOf(row.events) ?? textOf(row.events)),
		active: booleanOf(row.active, true) ?? new Problem('is neither true nor false'),
		rateLimit: rateLimitOf(row.rateLimit),
		contentType: readContentType(textOf(row.contentType)),
		filter: readFilter(textOf(row.filter)),
		headers: headersOf(row, keys),
		secret: secretOf(row.secret, keys),
		previousSecret: previousSecretOf(row, keys, now),
	};
	if (!isGood(fields)) return badRow(row, fields);
	const createdAt = dateOf(row.createdAt) ?? new Date(0);
	return {
		rowId: row.id,
		id: idOfRow(row),
		...fields,
		disabledReason: REASONS.find((reason) => reason === textOf(row.disabledReason)),
		failingSince: dateOf(row.failingSince),
		createdAt,
		updatedAt: dateOf(row.updatedAt) ?? createdAt,
	};
}

/** The id of a row's subscriber: its own, or one made of the row's number. */
export function idOfRow(row: DataTableRow): string {
	const id = textOf(row.subscriberId);
	return id === '' ? `row_${row.id}` : id;
}

type Good<T> = { [Field in keyof T]: Exclude<T[Field], Problem> };

function isGood<T extends object>(fields: T): fields is T & Good<T> {
	return !Object.values(fields).some((field) => field instanceof Problem);
}

function badRow(row: DataTableRow, fields: object): BadRow {
	const [column = '', field] =
		Object.entries(fields).find(([, value]) => value instanceof Problem) ?? [];
	const problem = field instanceof Problem ? field.text : '';
	const id = idOfRow(row);
	const shown = textOf(row.subscriberId) === '' ? '' : ` (subscriber '${id.slice(0, 100)}')`;
	const message = `Row ${row.id}${shown} is not used: '${column}' ${problem}`;
	return new BadRow(row.id, id, column, message, booleanOf(row.active, true) !== false);
}

function newerVersion(cell: unknown): Problem | undefined {
	const version = numberOf(cell);
	if (version === undefined || version <= SCHEMA_VERSION) return undefined;
	return new Problem(
		`shows that a newer version of this package wrote the row (${version}, this one knows ${SCHEMA_VERSION}); update the package`,
	);
}

function rateLimitOf(cell: unknown): number | undefined | Problem {
	if (textOf(cell) === '') return undefined;
	const perSecond = numberOf(cell);
	if (perSecond === undefined || perSecond < 0) {
		return new Problem('is not a number of deliveries per second; leave empty for no limit');
	}
	return perSecond === 0 ? undefined : perSecond;
}

function headersOf(row: DataTableRow, keys: RegistryKeys): Record<string, string> | Problem {
	const text = opened(row.headers, keys);
	if (text instanceof Problem) return text;
	const parsed = text === '' ? {} : tryJsonObject(text);
	if (parsed !== undefined) return readSubscriberHeaders(parsed);
	return new Problem('is not a JSON object such as {"X-Shop": "7"}; correct or clear it');
}

function secretOf(cell: unknown, keys: RegistryKeys): string | undefined | Problem {
	const secret = opened(cell, keys);
	if (secret === '') return undefined;
	if (secret instanceof Problem || isSigningSecret(secret)) return secret;
	return new Problem(
		"is not a signing secret (whsec_ followed by 24 to 64 bytes in base64); correct it, or use 'Rotate Secret'",
	);
}

function previousSecretOf(row: DataTableRow, keys: RegistryKeys, now: Date) {
	const until = dateOf(row.previousSecretUntil);
	if (until === undefined || until <= now) return undefined;
	const secret = secretOf(row.previousSecret, keys);
	return typeof secret === 'string' ? { secret, until } : secret;
}

function opened(cell: unknown, keys: RegistryKeys): string | Problem {
	const content = openCell(textOf(cell), keys);
	if (content !== undefined) return content.text.trim();
	return new Problem(
		"is encrypted with another key; put that one into 'Previous Encryption Secret' of the n8n API credential (the old API key, if 'Encryption Secret' was empty), or enter the value again",
	);
}

/** What is to change; `null` empties, what is left out stays. */
export type SubscriberChange = {
	readonly [Field in Exclude<keyof Subscriber, 'id' | 'createdAt'>]?: Subscriber[Field] | null;
};

type Cells = Partial<Record<ColumnName, Cell>>;

/** Columns that hold nothing in clear once they were written from here. */
const SEALED = ['headers', 'secret', 'previousSecret'] as const;

/** The cells of a change. */
export function cellsOf(change: SubscriberChange, keys: RegistryKeys): Cells {
	const { headers, filter, previousSecret: previous } = change;
	const seal = (text: string | null) => (text === null ? null : sealCell(text, keys));
	return withoutUndefined({
		url: change.url,
		events: change.events === undefined ? undefined : (change.events?.join(', ') ?? null),
		active: change.active,
		disabledReason: change.disabledReason,
		failingSince: isoOf(change.failingSince),
		rateLimit: change.rateLimit,
		contentType: change.contentType,
		filter: jsonOf(filter),
		headers: change.headers === undefined ? undefined : seal(jsonOf(headers) ?? null),
		secret: change.secret === undefined ? undefined : seal(change.secret),
		previousSecret: previous === undefined ? undefined : seal(previous?.secret ?? null),
		previousSecretUntil: previous === undefined ? undefined : isoOf(previous?.until ?? null),
		schemaVersion: SCHEMA_VERSION,
	});
}

/** What a row holds in clear, or under a previous key, sealed with the current one. */
export function resealed(row: DataTableRow, keys: RegistryKeys): Cells {
	const cells: Cells = {};
	for (const column of SEALED) {
		const cell = openCell(textOf(row[column]), keys);
		if (cell?.stale === true && cell.text !== '') cells[column] = sealCell(cell.text, keys);
	}
	return cells;
}

/** A point in time as a cell holds it. */
export function isoOf<T extends null | undefined>(date: Date | T): string | T {
	return date instanceof Date ? date.toISOString() : date;
}

function jsonOf(value: object | null | undefined): string | null | undefined {
	if (value === null || value === undefined) return value;
	return Object.keys(value).length === 0 ? null : JSON.stringify(value);
}

function withoutUndefined(cells: Partial<Record<ColumnName, Cell | undefined>>): Cells {
	return Object.fromEntries(
		Object.entries(cells).filter(([, cell]) => cell !== undefined),
	) as Cells;
}

/** Readers of cells that a person may have written: what they mean, however they are put. */

const YES: ReadonlySet<string> = new Set(['true', 'yes', 'y', '1', 'on', 'sí', 'si', 'sim']);
const NO: ReadonlySet<string> = new Set(['false', 'no', 'n', '0', 'off', 'não', 'nao']);

/** A text without the blanks around it; empty where there is nothing. */
export function textOf(cell: unknown): string {
	if (typeof cell === 'string') return cell.trim();
	return typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : '';
}

/** Yes or no, also in words; `fallback` where there is nothing, undefined where it is neither. */
function booleanOf(cell: unknown, fallback: boolean): boolean | undefined {
	const text = textOf(cell).toLowerCase();
	if (text === '') return fallback;
	if (YES.has(text)) return true;
	return NO.has(text) ? false : undefined;
}

/** A number, also as text and with a decimal comma; undefined where it is none. */
function numberOf(cell: unknown): number | undefined {
	const text = textOf(cell).replace(',', '.');
	const number = text === '' ? NaN : Number(text);
	return Number.isFinite(number) ? number : undefined;
}

/** A point in time; undefined where it is none. */
export function dateOf(cell: unknown): Date | undefined {
	const text = textOf(cell);
	const time = text === '' ? NaN : Date.parse(text);
	return Number.isFinite(time) ? new Date(time) : undefined;
}

/** A list: JSON, or entries with commas or line breaks between them. Undefined for broken JSON. */
function listOf(cell: unknown): string[] | undefined {
	const text = textOf(cell);
	if (!text.startsWith('[')) return namesIn(text, /[,;\n]/);
	const parsed = tryJson(text);
	return Array.isArray(parsed) ? namesIn(parsed.map(textOf)) : undefined;
}

/** What the secrets of a registry are encrypted with. */
export interface RegistryKeys {
	readonly current: string;
	/** Those that may have been used before; tried for reading only. */
	readonly previous: readonly string[];
}

/** What stood in a cell that may be sealed. */
type OpenedCell =
	/** `stale`: it stood there in clear or under a previous key; the next write seals it anew. */
	| { readonly text: string; readonly stale: boolean }
	/** No key opens it. */
	| undefined;

const MARK = 'sealed:v1:';

/** Encrypts the content of a cell with the current key: `sealed:v1:` and base64. */
export function sealCell(text: string, keys: RegistryKeys): string {
	return MARK + sealText(text, keys.current);
}

/** Decrypts a cell; what has no mark was written by a person, in clear. */
export function openCell(cell: string, keys: RegistryKeys): OpenedCell {
	if (!cell.startsWith(MARK)) return { text: cell, stale: true };
	const sealed = cell.slice(MARK.length);
	const text = openText(sealed, [keys.current]);
	if (text !== undefined) return { text, stale: false };
	const older = openText(sealed, keys.previous);
	return older === undefined ? undefined : { text: older, stale: true };
}
