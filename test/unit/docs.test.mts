import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { FollowedGuide } from '../support/guide.mts';

const listed = (folder: string): string[] =>
	readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
		.map((file) => join(folder, file))
		.filter((file) => !file.includes('node_modules'));

const PAGES = [
	...readdirSync(CHECKOUT).filter((file) => file.endsWith('.md')),
	...['docs', 'examples', 'findings'].flatMap(listed).filter((file) => file.endsWith('.md')),
];

const GUIDES = ['docs/adding-a-provider.md', 'docs/adding-a-transport.md'];

const read = (file: string): string => readFileSync(join(CHECKOUT, file), 'utf8');

/** A page without what stands in its blocks of code, in which a `#` begins no heading. */
const prose = (page: string): string => read(page).replace(/^```[\s\S]*?^```$/gm, '');

/** What GitHub makes of a heading, as the part of an address behind the `#`. */
function anchorsOf(page: string): string[] {
	return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\s_-]/gu, '')
			.replace(/\s/g, '-'),
	);
}

/** Words in backticks outside of blocks of code. */
const quoted = (page: string): string[] =>
	[...prose(page).matchAll(/`([^`]+)`/g)].map(([, words = '']) => words);

describe.each(PAGES)('%s', (page) => {
	test('links to what is there', () => {
		const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
		const broken = links.filter((link) => {
			if (/^[a-z]+:/.test(link)) return false;
			const [path = '', anchor] = link.split('#', 2);
			const target = path === '' ? page : join(dirname(page), path);
			if (!existsSync(join(CHECKOUT, target))) return true;
			return anchor !== undefined && !anchorsOf(target).includes(anchor);
		});
		expect(broken).toEqual([]);
	});

	test('names files and commands that are there', () => {
		const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
		const files = GUIDES.includes(page) ? [...new FollowedGuide(page).files.keys()] : [];
		const made = [...files, ...files.map(dirname)];
		const paths = quoted(page).filter((words) =>
			/^(lib|nodes|credentials|test|scripts|docs|bench|findings)\/[\w./-]+$/.test(words),
		);
		const lost = paths.filter(
			(path) => !existsSync(join(CHECKOUT, path)) && !made.includes(path.replace(/\/$/, '')),
		);
		expect(lost).toEqual([]);
		const commands = [...read(page).matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
		expect(commands.filter((name) => !(name in scripts))).toEqual([]);
		const tests = [...read(page).matchAll(/ (test\/[\w/]+\.test\.mts)/g)].map(
			([, path = '']) => path,
		);
		expect(tests.filter((path) => !existsSync(join(CHECKOUT, path)))).toEqual([]);
	});
});

test('what nodes and credentials call their documentation is in the README', () => {
	const sources = ['nodes', 'credentials']
		.flatMap(listed)
		.filter((file) => /\.(ts|json)$/.test(file));
	const named = sources.flatMap((file) =>
		[...read(file).matchAll(/n8n-nodes-realtime-webhooks#([\w-]+)/g)].map(([, name = '']) => name),
	);
	expect(named.length).toBeGreaterThan(20);
	const anchors = anchorsOf('README.md');
	expect(named.filter((name) => !anchors.includes(name))).toEqual([]);
});

describe('docs/architecture.md', () => {
	const page = 'docs/architecture.md';
	const sources = ['lib', 'nodes'].flatMap(listed).filter((file) => file.endsWith('.ts'));

	test('has a word on each room', () => {
		const told = [...prose(page).matchAll(/\*\*`(\w+)`\*\*/g)].map(([, room]) => room);
		const rooms = new Set(sources.filter((file) => file.startsWith('lib/')).map(roomOf));
		expect(told.sort()).toEqual([...rooms].sort());
	});

	test('calls files and what is in them by their names of today', () => {
		const files = new Set(sources.map((file) => basename(file)));
		const text = sources.map(read).join('\n');
		const unknown = quoted(page).filter((words) => {
			if (/^\w+\.ts$/.test(words)) return !files.has(words);
			const name = /^(\w*[a-z][A-Z]\w*)(\(.*\))?$/.exec(words)?.[1];
			return name !== undefined && !new RegExp(`\\b${name}\\b`).test(text);
		});
		// What is said of somebody else's code.
		const others = ['streamsPositions', 'subscriptionStreams', 'historyTimestamp'];
		expect(unknown.filter((name) => !others.includes(name))).toEqual([]);
	});
});

test('docs/troubleshooting.md has a word on each reason of a 401, and knows no other', () => {
	const [, union = ''] =
		/type RefusalReason =\n((?:\t\| '\w+';?\n)+)/.exec(read('lib/receive/provider.ts')) ?? [];
	const reasons = [...union.matchAll(/'(\w+)'/g)].map(([, reason = '']) => reason);
	expect(reasons.length).toBeGreaterThan(5);
	const rows = read('docs/troubleshooting.md').matchAll(/^\| 401 ([^|]+)\|/gm);
	const told = [...rows].flatMap(([, words = '']) => [...words.matchAll(/`(\w+)`/g)]);
	expect(told.map(([, reason]) => reason).sort()).toEqual(reasons.sort());
});

function roomOf(file: string): string {
	return file.split('/')[1] ?? '';
}
