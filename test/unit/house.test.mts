import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { CHECKOUT } from '../../scripts/support/paths.mts';

/**
 * The rooms of lib/, from the ground up: each may import from those before it, never from those after.
 * docs/architecture.md says what is in which.
 */
const ROOMS = [
	'event',
	'flow',
	'net',
	'receive',
	'cluster',
	'signature',
	'standardWebhooks',
	'registration',
	'realtime',
	'whatsapp',
	'yape',
	'history',
	'subscriber',
	'deliver',
	'replay',
];

/** What two files of lib/ may both be called, because it means the same wherever it stands. */
const CONTRACT_NAMES: Readonly<Record<string, string>> = {
	'failure.ts': 'how what went wrong becomes words',
	'frame.ts': 'one message of a protocol, on the wire',
	'settings.ts': 'the fields of a credential, checked',
	'source.ts': 'a RealtimeSource: connects and subscribes',
	'vocabulary.ts': 'the types of events of one domain',
};

/** Every file of a folder of ours, with what it imports: types too, and what it loads later. */
function importsOf(...folders: readonly string[]): ReadonlyMap<string, readonly string[]> {
	const files = folders.flatMap((folder) =>
		readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
			.filter((file) => file.endsWith('.ts'))
			.map((file) => posix.join(folder, file.replaceAll('\\', '/'))),
	);
	const known = new Set(files);
	return new Map(
		files.map((file) => {
			const source = readFileSync(join(CHECKOUT, file), 'utf8');
			const named = ts.preProcessFile(source, true, true).importedFiles;
			return [file, named.map(({ fileName }) => resolved(file, fileName, known))];
		}),
	);
}

/** The file that an import leads to; what is not ours keeps its name. */
function resolved(from: string, named: string, known: ReadonlySet<string>): string {
	if (!named.startsWith('.')) return named;
	const path = posix.join(posix.dirname(from), named);
	const found = [path, `${path}.ts`, `${path}/index.ts`].find((candidate) => known.has(candidate));
	if (found === undefined)
		throw new Error(`${from} imports ${named}, which is not among our files`);
	return found;
}

/** The first circle that is found from each file on, as a walk that ends where it began. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
	const found: string[] = [];
	const done = new Set<string>();
	const walk = (at: string, way: readonly string[]): void => {
		const seen = way.indexOf(at);
		if (seen >= 0) found.push([...way.slice(seen), at].join(' -> '));
		if (seen >= 0 || done.has(at)) return;
		for (const next of graph.get(at) ?? []) walk(next, [...way, at]);
		done.add(at);
	};
	for (const file of graph.keys()) walk(file, []);
	return found;
}

/** What nodes are called: by users, by n8n, and in the code. */
function nodeNames(): string[] {
	const files = [...all.keys()].filter((file) => file.endsWith('.node.ts'));
	return files.flatMap((file) => {
		const source = readFileSync(join(CHECKOUT, file), 'utf8');
		const named = ['displayName', 'name'].map((field) => {
			const value = new RegExp(`\\n\\t\\t${field}: '([^']+)'`).exec(source)?.[1];
			if (value === undefined) throw new Error(`${file} says no ${field}`);
			return value;
		});
		return [...named, basename(file, '.node.ts')];
	});
}

const lib = importsOf('lib');
const all = importsOf('lib', 'nodes', 'credentials');
const roomOf = (file: string): string => file.split('/')[1] ?? '';
const isOurs = (file: string): boolean => file.startsWith('lib/');

/** Imports between files of lib/ that a rule does not allow, as `from -> to`. */
function forbidden(isAllowed: (from: string, to: string) => boolean): string[] {
	return [...lib].flatMap(([from, imports]) =>
		imports.filter((to) => isOurs(to) && !isAllowed(from, to)).map((to) => `${from} -> ${to}`),
	);
}

describe('the house', () => {
	test('has a place for each room, and a room for each file', () => {
		const rooms = new Set([...lib.keys()].map(roomOf));
		expect([...rooms].sort()).toEqual([...ROOMS].sort());
	});

	test.each(['event', 'flow'])('lib/%s imports nothing of ours outside of itself', (room) => {
		expect(forbidden((from, to) => roomOf(from) !== room || roomOf(to) === room)).toEqual([]);
	});

	test('lib/net knows no protocol: it imports from event, flow and itself only', () => {
		const allowed = new Set(['event', 'flow', 'net']);
		expect(forbidden((from, to) => roomOf(from) !== 'net' || allowed.has(roomOf(to)))).toEqual([]);
	});

	test('rooms import downwards only', () => {
		const floor = (file: string) => ROOMS.indexOf(roomOf(file));
		expect(forbidden((from, to) => floor(to) <= floor(from))).toEqual([]);
	});

	test('no file imports itself, however long the way', () => {
		expect(all.size).toBeGreaterThan(200);
		expect(circles(all)).toEqual([]);
	});

	test('no file of lib/ names a node', () => {
		const names = nodeNames();
		expect(names.length).toBeGreaterThanOrEqual(27);
		const named = [...lib.keys()].flatMap((file) => {
			// A comment may break a name over two lines.
			const text = readFileSync(join(CHECKOUT, file), 'utf8').replace(/\s+(?:\*|\/\/)?\s*/g, ' ');
			return names.filter((name) => text.includes(name)).map((name) => `${file}: ${name}`);
		});
		expect(named).toEqual([]);
	});

	test('no two files of lib/ share a name unless it means the same in both', () => {
		const files = [...lib.keys()].filter((file) => !(basename(file) in CONTRACT_NAMES));
		const twice = files.filter((file) =>
			files.some((other) => other !== file && basename(other) === basename(file)),
		);
		expect(twice).toEqual([]);
	});
});
