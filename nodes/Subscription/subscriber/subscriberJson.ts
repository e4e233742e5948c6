import type { IDataObject } from 'n8n-workflow';
import type { Stored } from '../../../lib/subscriber/registry';
import { BadRow } from '../../../lib/subscriber/subscriber';

/**
 * A subscriber as the node puts it out: no secret, and of headers, which may hold one, the names. A
 * row of which none can be made is `{rowId, id, problem: {column, message}}`.
 */
export function subscriberJson(stored: Stored): IDataObject {
	if (stored instanceof BadRow) {
		const { rowId, id, column, message } = stored;
		return { rowId, id, problem: { column, message } };
	}
	return {
		rowId: stored.rowId,
		id: stored.id,
		url: stored.url,
		events: [...stored.events],
		active: stored.active,
		disabledReason: stored.disabledReason ?? null,
		failingSince: stored.failingSince?.toISOString() ?? null,
		rateLimit: stored.rateLimit ?? null,
		...(stored.contentType === undefined ? {} : { contentType: stored.contentType }),
		filter: stored.filter === undefined ? null : ({ ...stored.filter } as IDataObject),
		headerNames: Object.keys(stored.headers),
		hasSecret: stored.secret !== undefined,
		previousSecretUntil: stored.previousSecret?.until.toISOString() ?? null,
		createdAt: stored.createdAt.toISOString(),
		updatedAt: stored.updatedAt.toISOString(),
	};
}
