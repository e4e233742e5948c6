import type { DataTableColumn } from './dataTables';

/**
 * Layout of the rows that this version writes. Raised when an older version would misread them: rows
 * with a higher number are not used. A new column alone does not raise it.
 */
export const SCHEMA_VERSION = 1;

/** Columns of a registry's data table, in the order in which n8n shows them. */
export const COLUMNS = [
	{ name: 'subscriberId', type: 'string' },
	{ name: 'url', type: 'string' },
	/** Patterns with commas between them. */
	{ name: 'events', type: 'string' },
	/** Empty counts as true. */
	{ name: 'active', type: 'boolean' },
	{ name: 'disabledReason', type: 'string' },
	{ name: 'failingSince', type: 'date' },
	/** Deliveries a second. */
	{ name: 'rateLimit', type: 'number' },
	/** JSON object by dotted path. */
	{ name: 'filter', type: 'string' },
	/** JSON object, sealed; in clear where a person wrote it. */
	{ name: 'headers', type: 'string' },
	/** `whsec_…`, sealed; in clear where a person wrote it. */
	{ name: 'secret', type: 'string' },
	{ name: 'previousSecret', type: 'string' },
	{ name: 'previousSecretUntil', type: 'date' },
	/** Empty: `application/cloudevents+json`. */
	{ name: 'contentType', type: 'string' },
	{ name: 'schemaVersion', type: 'number' },
] as const satisfies readonly DataTableColumn[];

export type ColumnName = (typeof COLUMNS)[number]['name'];
