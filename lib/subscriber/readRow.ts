import type { DataTableRow } from './dataTables';
import { booleanOf, dateOf, listOf, numberOf, textOf } from './cells';
import { SCHEMA_VERSION } from './columns';
import { readContentType } from './contentType';
import { readEventPatterns } from './eventPatterns';
import { Problem } from './problem';
import { readFilter } from './readFilter';
import { BadRow, type RegisteredSubscriber } from './registered';
import { openCell, type RegistryKeys } from './sealedCell';
import { isSigningSecret } from '../standardWebhooks/subscriberSigningSecret';
import type { DisabledReason } from './subscriber';
import { readSubscriberHeaders } from './subscriberHeaders';
import { readSubscriberUrl } from './subscriberUrl';

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
		`says that a newer version of this package wrote the row (${version}, this one knows ${SCHEMA_VERSION}); update the package`,
	);
}

function rateLimitOf(cell: unknown): number | undefined | Problem {
	if (textOf(cell) === '') return undefined;
	const perSecond = numberOf(cell);
	if (perSecond === undefined || perSecond < 0) {
		return new Problem('is not a number of deliveries a second; empty it for no limit');
	}
	return perSecond === 0 ? undefined : perSecond;
}

function headersOf(row: DataTableRow, keys: RegistryKeys): Record<string, string> | Problem {
	const text = opened(row.headers, keys);
	if (text instanceof Problem) return text;
	const parsed = text === '' ? {} : parseObject(text);
	if (parsed !== undefined) return readSubscriberHeaders(parsed);
	return new Problem('is not a JSON object such as {"X-Shop": "7"}; correct or empty it');
}

function secretOf(cell: unknown, keys: RegistryKeys): string | undefined | Problem {
	const secret = opened(cell, keys);
	if (secret === '') return undefined;
	if (secret instanceof Problem || isSigningSecret(secret)) return secret;
	return new Problem(
		"is no signing secret (whsec_ and 24 to 64 bytes in base64); correct it, or use 'Rotate Secret'",
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
		"is encrypted with another key; put that one into 'Previous Encryption Secret' of the credential 'N8n Event Store API' (the old API key, where 'Encryption Secret' was empty), or set the value anew",
	);
}

function parseObject(text: string): Record<string, unknown> | undefined {
	try {
		const parsed: unknown = JSON.parse(text);
		if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
		return Object.fromEntries(Object.entries(parsed));
	} catch {
		return undefined;
	}
}
