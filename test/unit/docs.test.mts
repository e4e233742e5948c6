import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { SCHEMES } from '../../nodes/SignedWebhook/schemes.ts';
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
	return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchor(heading));
}

const anchor = (heading: string): string =>
	heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\s_-]/gu, '')
		.replace(/\s/g, '-');

/** Words in backticks outside of blocks of code. */
const quoted = (page: string): string[] =>
	[...prose(page).matchAll(/`([^`]+)`/g)].map(([, words = '']) => words);

describe('docs/nodes/signed-webhook-trigger.md', () => {
	const page = read('docs/nodes/signed-webhook-trigger.md');
	const rows = page.split('\n').filter((line) => line.startsWith('| ['));

	test.each(SCHEMES.map((scheme) => [scheme.name, scheme] as const))(
		'has a row on %s that says what the code says',
		(name, { label, documentation, secretHint, repeats }) => {
			const row = rows.find((line) => line.includes(`(\`${name}\`)`)) ?? '';
			for (const words of [`[${label}](${documentation})`, secretHint, repeats]) {
				expect(row.replaceAll('\\', '')).toContain(words);
			}
		},
	);

	test('has no row on another scheme', () => {
		expect(rows).toHaveLength(SCHEMES.length);
	});
});

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

describe('what nodes and credentials call their documentation', () => {
	const { homepage } = JSON.parse(read('package.json')) as { homepage: string };
	const pages = `${homepage}/blob/main/`;
	const sources = ['nodes', 'credentials']
		.flatMap(listed)
		.filter((file) => /\.(ts|json)$/.test(file));
	const nodes = sources.filter((file) => file.endsWith('.node.json'));

	/** The one text that a pattern finds in a file. */
	const only = (file: string, pattern: RegExp): string => {
		const [, found] = pattern.exec(read(file)) ?? [];
		if (found === undefined) throw new Error(`${file} has nothing like ${pattern}`);
		return found;
	};

	const credentialPages = new Map(
		sources
			.filter((file) => file.endsWith('.credentials.ts'))
			.map((file) => [
				only(file, /\n\tname = '(\w+)'/),
				{ url: only(file, /\n\tdocumentationUrl =\s+'([^']+)'/), file },
			]),
	);

	test.each(sources.filter((file) => read(file).includes(homepage)))('%s: is there', (file) => {
		const links = [...read(file).matchAll(/https:\/\/github\.com\/realtime-webhooks\/[^'"\s]+/g)];
		const broken = links.filter(([link]) => {
			const [page = '', anchor] = link.replace(pages, '').split('#', 2);
			if (!link.startsWith(pages) || !existsSync(join(CHECKOUT, page))) return true;
			return anchor !== undefined && !anchorsOf(page).includes(anchor);
		});
		expect(broken.map(([link]) => link)).toEqual([]);
	});

	test.each(nodes)(
		'%s: is the page of this node, and the fields of all its credentials',
		(file) => {
			const { resources } = JSON.parse(read(file)) as {
				resources: Record<
					'primaryDocumentation' | 'credentialDocumentation',
					Array<{ url: string }>
				>;
			};
			const code = file.replace(/json$/, 'ts');
			const displayName = only(code, /\n\t\tdisplayName: '([^']+)'/);
			const page = `docs/nodes/${displayName.toLowerCase().replaceAll(' ', '-')}.md`;
			expect(resources.primaryDocumentation).toEqual([{ url: pages + page }]);
			expect(prose(page)).toMatch(new RegExp(`^# ${displayName}$`, 'm'));
			const used = [...read(code).matchAll(/name: '(realtimeWebhooks\w+Api)'/g)];
			const wanted = new Set(used.map(([, name = '']) => credentialPages.get(name)?.url));
			const named = resources.credentialDocumentation.map(({ url }) => url);
			expect(named.sort()).toEqual([...wanted].sort());
		},
	);

	test.each([...credentialPages.values()])('$file: are its fields', ({ url, file }) => {
		const displayName = only(file, /\n(?:\tdisplayName|const DISPLAY_NAME) = '([^']+)'/);
		expect(url).toBe(`${pages}docs/credentials.md#${anchor(displayName)}`);
	});

	test('is in the README, one line for each node', () => {
		const linked = nodes.filter((file) => {
			const name = only(file.replace(/json$/, 'ts'), /\n\t\tdisplayName: '([^']+)'/);
			return read('README.md').includes(`| [${name}](docs/nodes/`);
		});
		expect(linked).toEqual(nodes);
	});
});

test('the README is what somebody needs first, and no more', () => {
	expect(Buffer.byteLength(read('README.md'))).toBeLessThan(12 * 1024);
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
