import { createHash } from 'node:crypto';
import { whyNotSigning } from '../standardWebhooks/sign';
import {
	readContentType,
	readEventPatterns,
	type SharedSecrets,
	type Subscriber,
	readSubscriberHeaders,
	readSubscriberUrl,
	WITHOUT_END,
} from './subscriber';
import { Problem } from './problem';
import { readFilter } from './filter';
import { isObject, tryJson } from '../event/json';

/** An entry that gets nothing. */
export interface UnreadableSubscriber {
	/** Where it has one. */
	readonly id?: string;
	/** What is wrong and what to do; names the entry and its field. */
	readonly message: string;
}

/**
 * Reads a list of subscribers that a workflow hands over: objects with `url` and, as they like, `id`,
 * `events`, `secret`, `previousSecret`, `active`, `rateLimit`, `headers`, `filter`, `contentType`.
 * Without an id the address stands for it, so that the deliveries of a later run carry the same
 * `webhook-id`.
 *
 * @param list as a workflow's expression gives it: one subscriber, a list of them or of n8n items, or
 * JSON text of these
 * @returns undefined where it is nothing of the kind
 */
export function readListedSubscribers(
	list: unknown,
	shared: SharedSecrets,
): { subscribers: Subscriber[]; unreadable: UnreadableSubscriber[] } | undefined {
	const entries = entriesOf(list);
	if (entries === undefined) return undefined;
	const subscribers = new Map<string, Subscriber>();
	const unreadable: UnreadableSubscriber[] = [];
	for (const [index, entry] of entries.entries()) {
		const read = readEntry(isObject(entry) && isObject(entry.json) ? entry.json : entry, shared);
		if (read instanceof Problem) {
			const id = isObject(entry) && typeof entry.id === 'string' ? { id: entry.id } : {};
			unreadable.push({ ...id, message: `Entry ${index + 1} of 'Subscribers' ${read.text}.` });
		} else if (!subscribers.has(read.id)) {
			subscribers.set(read.id, read);
		}
	}
	return { subscribers: [...subscribers.values()], unreadable };
}

function entriesOf(list: unknown): readonly unknown[] | undefined {
	if (Array.isArray(list)) return list;
	if (isObject(list)) return [list];
	if (typeof list !== 'string' || list.trim() === '') return undefined;
	const parsed = tryJson(list);
	return typeof parsed === 'string' ? undefined : entriesOf(parsed);
}

function readEntry(entry: unknown, shared: SharedSecrets): Subscriber | Problem {
	if (typeof entry === 'string') return readEntry({ url: entry }, shared);
	if (!isObject(entry)) return new Problem('is not an object with a url');
	const url = readSubscriberUrl(typeof entry.url === 'string' ? entry.url : '');
	if (url instanceof Problem) return new Problem(`has a 'url' that ${url.text}`);
	const events = readEventPatterns(isEmpty(entry.events) ? '*' : entry.events);
	if (events instanceof Problem) return new Problem(`has 'events' that ${events.text}`);
	const headers = readSubscriberHeaders(isObject(entry.headers) ? entry.headers : {});
	if (headers instanceof Problem) return headers;
	const filter = readFilter(entry.filter ?? undefined);
	if (filter instanceof Problem) return new Problem(`has a 'filter' that ${filter.text}`);
	const secret = ownText(entry.secret) ?? ownText(shared.secret);
	const previous =
		ownText(entry.previousSecret) ??
		(ownText(entry.secret) === undefined ? ownText(shared.previousSecret) : undefined);
	const wrong = whyNotSigning({ secret, previousSecret: previous });
	if (wrong !== undefined) return new Problem(`has a secret that ${wrong.why}`);
	const contentType = readContentType(entry.contentType);
	if (contentType instanceof Problem) {
		return new Problem(`has a 'contentType' that ${contentType.text}`);
	}
	const rateLimit = Number(entry.rateLimit ?? 0);
	return {
		id: idOf(entry.id, url),
		url,
		events,
		...(secret === undefined ? {} : { secret }),
		...(previous === undefined ? {} : { previousSecret: { secret: previous, until: WITHOUT_END } }),
		active: entry.active !== false,
		...(rateLimit > 0 ? { rateLimit } : {}),
		headers,
		...(contentType === undefined ? {} : { contentType }),
		...(filter === undefined ? {} : { filter }),
		createdAt: new Date(0),
	};
}

function idOf(id: unknown, url: string): string {
	const text = typeof id === 'string' || typeof id === 'number' ? String(id).trim() : '';
	if (text !== '') return text;
	return `url_${createHash('sha256').update(url).digest('base64url').slice(0, 22)}`;
}

function isEmpty(value: unknown): boolean {
	return value === undefined || value === null || value === '';
}

function ownText(value: unknown): string | undefined {
	return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
