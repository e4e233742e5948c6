import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { readFilter } from '../../../lib/subscriber/filter';
import { Problem } from '../../../lib/subscriber/problem';
import type { SubscriberChange } from '../../../lib/subscriber/rows';
import {
	readContentType,
	readEventPatterns,
	readSubscriberUrl,
	readSubscriberHeaders,
	type Subscriber,
} from '../../../lib/subscriber/subscriber';
import { usable } from './subscriberJson';

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
	return new Problem('is not a number of deliveries per second; enter 0 for no limit');
}

/**
 * Reads the headers as the editor gives them.
 *
 * @param value a fixed collection: `{header: [{name, value}]}`
 */
function readHeaders(value: unknown): Record<string, string> | Problem {
	const headers = new Map<string, { name: string; content: unknown }>();
	for (const { name, value: content } of entriesOf(value)) {
		const text = typeof name === 'string' ? name.trim() : '';
		if (headers.has(text.toLowerCase())) return new Problem(`has the header '${text}' twice`);
		headers.set(text.toLowerCase(), { name: text, content });
	}
	const record = [...headers.values()].map(({ name, content }) => [name, content ?? ''] as const);
	return readSubscriberHeaders(Object.fromEntries(record));
}

function entriesOf(value: unknown): Array<{ name?: unknown; value?: unknown }> {
	if (typeof value !== 'object' || value === null || !('header' in value)) return [];
	return Array.isArray(value.header) ? value.header : [];
}

const HOUR_MS = 3_600_000;

/**
 * Puts a new secret into the place of the present one, which signs beside it for a while.
 *
 * @returns nothing where it is the same
 */
export function replacedSecret(
	{ secret: before }: Pick<Subscriber, 'secret'>,
	secret: string,
	graceHours: number,
): SubscriberChange {
	if (before === secret) return {};
	const until = new Date(Date.now() + graceHours * HOUR_MS);
	const keeps = before !== undefined && graceHours > 0;
	return { secret, previousSecret: keeps ? { secret: before, until } : null };
}
