import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import {
	readContentType,
	readEventPatterns,
	readSubscriberUrl,
} from '../../../lib/subscriber/subscriber';
import { Problem } from '../../../lib/subscriber/problem';
import { readFilter } from '../../../lib/subscriber/filter';
import type { SubscriberChange } from '../../../lib/subscriber/rows';
import { usable } from './usable';
import { readHeaders } from './readHeaders';

/**
 * Reads what a user filled in about a subscriber.
 *
 * @param fields by name: `active`, `contentType`, `events`, `filter`, `headers`, `rateLimit`, `url`;
 * those that are not there stay as they are
 * @throws {NodeOperationError} naming the first one that cannot be used
 */
export function readChange(
	context: IExecuteFunctions,
	itemIndex: number,
	fields: IDataObject,
): SubscriberChange {
	const { active, contentType, events, filter, headers, rateLimit, url } = fields;
	const good = <T>(label: string, value: T | Problem) => usable(context, itemIndex, label, value);
	return {
		...(url === undefined ? {} : { url: good('URL', readSubscriberUrl(textOf(url))) }),
		...(events === undefined ? {} : { events: good('Events', readEventPatterns(events)) }),
		...(contentType === undefined
			? {}
			: { contentType: good('Content Type', readContentType(contentType)) ?? null }),
		...(filter === undefined ? {} : { filter: good('Filter', readFilter(filter)) ?? null }),
		...(headers === undefined ? {} : { headers: good('Headers', readHeaders(headers)) }),
		...(rateLimit === undefined
			? {}
			: { rateLimit: good('Rate Limit', readRateLimit(rateLimit)) ?? null }),
		...(active === undefined ? {} : { active: active === true }),
		...(active === true ? RESUMED : {}),
	};
}

/** What it means that a subscriber gets deliveries again, whyever it got none. */
export const RESUMED: SubscriberChange = { active: true, disabledReason: null, failingSince: null };

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

/** Deliveries a second; 0 or nothing for no limit. */
function readRateLimit(value: unknown): number | undefined | Problem {
	const perSecond = Number(value ?? 0);
	if (Number.isFinite(perSecond) && perSecond >= 0) return perSecond === 0 ? undefined : perSecond;
	return new Problem('is not a number of deliveries a second; write 0 for no limit');
}
