import { isObject, valueAtPath } from '../event/json';
import { MalformedBodyError } from '../receive/provider';
import { fold } from './cleanText';
import {
	CLOCK_FIELDS,
	CONTAINERS,
	DAY_FIELDS,
	FIELDS,
	LISTS,
	STRANGE_CONTAINERS,
	type FieldMapping,
	SAME_NAMES,
} from './notificationFields';
import { readLimaDayAndClock, readLimaTime } from './limaTime';
import type { NamedApp } from './wallets';

/** A notification as a phone showed it, whoever forwards it and by whatever way. */
export interface YapeNotification {
	/** What the sender calls the app, or its package where it gives only that. */
	readonly app: string | null;
	readonly packageName: string | null;
	/** Every place that names an app or a sender. */
	readonly named: readonly NamedApp[];
	/** The first one is the title; the others may only speak against a payment. */
	readonly titles: readonly string[];
	/** As Android and its forwarders have several: short, long, ticker. */
	readonly texts: readonly string[];
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
	/** The user there whose phone sent it. */
	readonly userId: string | null;
	/** The sender's own reading of the text. */
	readonly amount: unknown;
	readonly currency: string | null;
	readonly payerName: string | null;
	readonly status: string | null;
	/** Where a delivery holds several notifications: each of them. */
	readonly parts: readonly YapeNotification[];
	readonly raw: unknown;
}

/** More than Android shows of one app. */
const MOST_TEXTS = 8;

const MOST_PARTS = 100;

/** Yape Notifier keeps what it was sent beside what it made of it. */
const NOT_SAID = [...STRANGE_CONTAINERS, 'rawjson'];

/**
 * Reads a body of the Yape Notifier app, of its server's records, or of any forwarder of Android
 * notifications. Whatever form its fields have, they are read or left out, never refused.
 *
 * @param mapping names of fields that are called otherwise than usual
 * @throws {MalformedBodyError} where it is neither a JSON object nor a list of such
 */
export function readNotification(value: unknown, mapping: FieldMapping = {}): YapeNotification {
	const list = Array.isArray(value) ? value.filter(isObject) : undefined;
	if (list === undefined ? !isObject(value) : list.length === 0) {
		throw new MalformedBodyError('body', 'not a JSON object, nor a list of such');
	}
	if (list?.length === 1) return { ...readFields(list[0] ?? {}, mapping), raw: value };
	const body = list === undefined ? (value as Fields) : {};
	const { parts, rest } = list === undefined ? listWithin(body) : { parts: list, rest: {} };
	return {
		...readFields(rest, mapping),
		parts: parts.slice(0, MOST_PARTS).map((part) => readFields({ ...rest, ...part }, mapping)),
		raw: value,
	};
}

type Fields = Readonly<Record<string, unknown>>;

/** Notifications in a list within the body; one alone is part of the body like any other object. */
function listWithin(body: Fields): { readonly parts: readonly Fields[]; readonly rest: Fields } {
	for (const [name, value] of Object.entries(body)) {
		if (!LISTS.includes(plainName(name)) || !Array.isArray(value)) continue;
		const parts = value.filter(isObject);
		if (parts.length < 2) continue;
		const rest = Object.fromEntries(Object.entries(body).filter(([other]) => other !== name));
		return { parts, rest };
	}
	return { parts: [], rest: body };
}

function readFields(fields: Fields, mapping: FieldMapping): YapeNotification {
	const leaves = new Leaves(fields);
	const near = (name: 'device' | 'key' | 'androidUser') => leaves.nearTop(FIELDS[name], CONTAINERS);
	const all = (name: 'text' | 'title') => unique(leaves.valuesAt(FIELDS[name], NOT_SAID));
	const mapped = (name: keyof FieldMapping) => {
		const path = mapping[name];
		return path === undefined ? undefined : (plainText(valueAtPath(fields, path))?.trim() ?? '');
	};
	const asList = (given: string | undefined) =>
		given === undefined ? undefined : given === '' ? [] : [given];
	const top = (...names: readonly string[]) => leaves.nearTop(names, []);
	const isRecord = Object.hasOwn(fields, 'commerce_id') || Object.hasOwn(fields, 'is_duplicate');
	const namedByUser = mapped('package');
	return {
		app:
			namedByUser === undefined ? firstOf(leaves.valuesAt(FIELDS.app, STRANGE_CONTAINERS)) : null,
		packageName: namedByUser ?? firstOf(leaves.valuesAt(FIELDS.package, STRANGE_CONTAINERS)),
		named: namedByUser === undefined ? namedApps(leaves) : asNamed('package', asList(namedByUser)),
		titles: asList(mapped('title')) ?? all('title'),
		texts: (asList(mapped('text')) ?? all('text')).slice(0, MOST_TEXTS),
		deviceId: emptyAsNull(mapped('device') ?? near('device')),
		androidUserId: near('androidUser'),
		postedAt:
			firstTime(asList(mapped('time')) ?? leaves.valuesAt(FIELDS.time, STRANGE_CONTAINERS)) ??
			dayAndClock(leaves),
		receivedAt: firstTime(asList(top('receivedat') ?? undefined) ?? []),
		key: emptyAsNull(mapped('key') ?? near('key')),
		recordId: isRecord ? top('id') : null,
		userId: isRecord ? top('userid') : null,
		// A number is read otherwise than a text: its point is decimal.
		amount: typeof fields.amount === 'number' ? fields.amount : top('amount'),
		currency: top('currency'),
		payerName: top('payername'),
		status: top('status'),
		parts: [],
		raw: fields,
	};
}

function namedApps(leaves: Leaves): NamedApp[] {
	const all = (name: 'package' | 'app' | 'key' | 'sender' | 'way') =>
		leaves.valuesAt(FIELDS[name], STRANGE_CONTAINERS);
	return [
		...asNamed('package', all('package')),
		...asNamed('package', all('key').flatMap(packageInKey)),
		...asNamed('label', all('app')),
		...asNamed('sender', all('sender')),
		...asNamed('way', all('way')),
	];
}

/** Android's own key of a notification: `<user>|<package>|<id>|<tag>|<uid>`. */
function packageInKey(key: string): string[] {
	const name = /^-?[0-9]+\|([a-z]\w*(?:\.\w+)+)\|/i.exec(key)?.[1];
	return name === undefined ? [] : [name];
}

function asNamed(kind: NamedApp['kind'], values: readonly string[] | undefined): NamedApp[] {
	return (values ?? []).map((value) => ({ kind, value }));
}

function firstTime(values: readonly string[]): Date | undefined {
	return values.map(readLimaTime).find((time) => time !== undefined);
}

function dayAndClock(leaves: Leaves): Date | undefined {
	const [day] = leaves.valuesAt(DAY_FIELDS, STRANGE_CONTAINERS);
	const [clock] = leaves.valuesAt(CLOCK_FIELDS, STRANGE_CONTAINERS);
	return day === undefined || clock === undefined ? undefined : readLimaDayAndClock(day, clock);
}

function firstOf(values: readonly string[]): string | null {
	return values[0]?.trim() ?? null;
}

function emptyAsNull(value: string | null): string | null {
	return value === '' ? null : value;
}

function unique(values: readonly string[]): string[] {
	return [...new Set(values)];
}

/** A plain value somewhere in a body. */
interface Leaf {
	/** Names on the way to it, in lower case without accents and signs, joined by dots. */
	readonly path: string;
	/** Names of the objects and lists on that way. */
	readonly within: readonly string[];
	readonly value: string;
}

/** Far more than a notification has; a body of a thousand fields is none. */
const MOST_LEAVES = 1_000;

const DEEPEST = 8;

/** Names as they are compared: `Título`, `package_name` and `PackageName` are three spellings. */
function plainName(name: string): string {
	return fold(name)
		.toLowerCase()
		.replaceAll(/[^a-z0-9]/g, '');
}

/** The plain values of a body, those near its top first, by the names that lead to them. */
class Leaves {
	/** By each end of the path that starts at a name: `extras.android.text`, `android.text`, `text`. */
	private readonly byEnd = new Map<string, Leaf[]>();

	private readonly byPath = new Map<string, Leaf>();

	/**
	 * A name may itself hold dots (`android.text`). A list of plain values is one text of as many lines.
	 */
	constructor(body: unknown) {
		for (const leaf of collect(body)) {
			const { path } = leaf;
			if (!this.byPath.has(path)) this.byPath.set(path, leaf);
			for (let from = 0; from >= 0; from = path.indexOf('.', from) + 1 || -1) {
				const end = path.slice(from);
				const known = this.byEnd.get(end);
				if (known === undefined) this.byEnd.set(end, [leaf]);
				else known.push(leaf);
			}
		}
	}

	/**
	 * The values under any of the names, in the order of the names, at whatever depth.
	 *
	 * @param skipped objects that are not looked into, by their plain name
	 */
	valuesAt(names: readonly string[], skipped: readonly string[] = []): string[] {
		const found: string[] = [];
		for (const name of names) {
			for (const { within, value } of this.byEnd.get(name) ?? []) {
				if (!within.some((object) => skipped.includes(object))) found.push(value);
			}
		}
		return found;
	}

	/** The first value under any of the names, in the body itself or in one of its containers. */
	nearTop(names: readonly string[], containers: readonly string[]): string | null {
		for (const name of names) {
			const found =
				this.byPath.get(name) ??
				containers
					.map((container) => this.byPath.get(`${container}.${name}`))
					.find((leaf) => leaf !== undefined);
			if (found !== undefined) return found.value.trim();
		}
		return null;
	}
}

function collect(body: unknown): readonly Leaf[] {
	const leaves: Leaf[] = [];
	let level: ReadonlyArray<Omit<Leaf, 'value'> & { readonly value: unknown }> = [
		{ path: '', within: [], value: body },
	];
	for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
		const next: Array<(typeof level)[number]> = [];
		for (const { path, within, value } of level) {
			if (leaves.length + next.length > MOST_LEAVES) return leaves;
			const text = plainText(value);
			if (text !== undefined) {
				if (text !== '') leaves.push({ path, within, value: text });
			} else if (Array.isArray(value)) {
				for (const one of value.slice(0, MOST_LEAVES)) next.push({ path, within, value: one });
			} else if (typeof value === 'object' && value !== null) {
				for (const [name, one] of Object.entries(value).slice(0, MOST_LEAVES)) {
					const below = pathOf(name);
					next.push({
						path: path === '' ? below : `${path}.${below}`,
						within: typeof one === 'object' ? [...within, below] : within,
						value: one,
					});
				}
			}
		}
		level = next;
	}
	return leaves;
}

/** Senders use few names, and each in every delivery. */
const knownPaths = new Map<string, string>();
const MOST_KNOWN = 500;
const LONGEST_KNOWN = 40;

function pathOf(name: string): string {
	const known = knownPaths.get(name);
	if (known !== undefined) return known;
	const path = name.split('.').map(meantName).join('.');
	if (name.length <= LONGEST_KNOWN && knownPaths.size < MOST_KNOWN) knownPaths.set(name, path);
	return path;
}

function meantName(written: string): string {
	const name = plainName(written);
	const same = SAME_NAMES.find(([pattern]) => pattern.test(name));
	return same === undefined ? name : name.replace(...same);
}

/** Undefined for what is not plain. Numbers and booleans are read as text. */
function plainText(value: unknown): string | undefined {
	if (typeof value === 'string') return value.trim() === '' ? '' : value;
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	const isLines = Array.isArray(value) && value.length > 0 && value.every(isLine);
	return isLines ? value.join('\n') : undefined;
}

function isLine(value: unknown): value is string {
	return typeof value === 'string';
}
