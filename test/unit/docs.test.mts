import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { slug } from 'github-slugger';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { SCHEMES } from '../../nodes/SignedWebhook/schemes.ts';
import { FollowedGuide } from '../support/guide.mts';
import { anchorsOf, blocksOf, linksOf, listed, PAGES, read } from '../support/pages.mts';

const GUIDES = ['docs/adding-a-provider.md', 'docs/adding-a-transport.md'];

/** A page without what stands in its blocks of code, in which a `#` begins no heading. */
const prose = (page: string): string => read(page).replace(/^```[\s\S]*?^```$/gm, '');

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
		const broken = linksOf(page).filter((link) => {
			if (/^[a-z]+:/.test(link)) return false;
			const [path = '', anchor] = link.split('#', 2);
			const target = path === '' ? page : join(dirname(page), path);
			if (!existsSync(join(CHECKOUT, target))) return true;
			return anchor !== undefined && !anchorsOf(target).has(anchor);
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
			return anchor !== undefined && !anchorsOf(page).has(anchor);
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
		expect(url).toBe(`${pages}docs/credentials.md#${slug(displayName)}`);
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
	expect(Buffer.byteLength(read('README.md'))).toBeLessThanOrEqual(10 * 1024);
});

/** What runs a command of a page that somebody reads first; undefined where nothing here can. */
const RUN_BY: ReadonlyArray<readonly [RegExp, string | undefined]> = [
	[/^npm start$/, 'test/n8n/start.test.mts'],
	[/^npm run send -- /, 'test/n8n/start.test.mts'],
	[/^npm test$/, '.ci/run'],
	[/^npm install && npm run build && npm pack$/, 'test/n8n/package.test.mts'],
	[/^mkdir -p ~\/\.n8n\/nodes /, 'test/n8n/package.test.mts'],
	[/^(url|body|signature)=|^curl /, 'test/core/readme.test.mts'],
	// What it runs in the container is what is done by hand: test/n8n/package.test.mts compares them.
	[/^docker (cp|exec|restart) /, undefined],
];

test.each(['README.md', 'docs/quick-start.es.md', 'docs/quick-start.pt.md'])(
	'%s: its commands are run by a test',
	(page) => {
		const commands = blocksOf(page)
			.filter(({ lang }) => lang === 'bash')
			.flatMap(({ text }) => text.split('\n'));
		expect(commands.length).toBeGreaterThan(8);
		for (const command of commands) {
			const known = RUN_BY.find(([pattern]) => pattern.test(command));
			expect(known, command).toBeDefined();
			const by = known?.[1];
			if (by !== undefined) expect(existsSync(join(CHECKOUT, by)), by).toBe(true);
		}
	},
);

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

describe('docs/troubleshooting.md', () => {
	const page = read('docs/troubleshooting.md');
	const sources = ['lib', 'nodes'].flatMap(listed).filter((file) => file.endsWith('.ts'));
	const words = new Set(sources.flatMap(reasonWords));

	test('has each reason word of the code in its lists', () => {
		expect(words.size).toBeGreaterThan(80);
		const lists = page.slice(page.indexOf('\n## Reason words'));
		const untold = [...words].filter((word) => !lists.includes(`\`${word}\``));
		expect(untold).toEqual([]);
	});

	test('has no other words in the first column of its lists', () => {
		const lists = page.slice(page.indexOf('\n## Reason words'));
		const told = [...lists.matchAll(/^\| (`[^|]+)\|/gm)].flatMap(([, cell = '']) => [
			...cell.matchAll(/`([a-z_0-9]+)`/g),
		]);
		const unknown = told.map(([, word = '']) => word).filter((word) => !words.has(word));
		expect(unknown.filter((word) => !['reason', 'note', 'status_503'].includes(word))).toEqual([]);
	});

	test('has a row on each reason of a 401, and knows no other', () => {
		const reasons = membersOf('lib/receive/provider.ts', 'RefusalReason');
		const rows = page.matchAll(/^\| 401 ([^|]+)\|/gm);
		const told = [...rows].flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)]);
		expect(told.map(([, reason]) => reason).sort()).toEqual(reasons.sort());
	});
});

/** Types that name why something was not done. */
const REASON_TYPE = /Reason$|^NotAPayment$/;
/** Properties that hold such a word in an answer or an item. */
const REASON_PROPERTY = /^(reason|note|error|disabledReason)$/;

/** The words of a file: members of such types, and what is written into such properties. */
function reasonWords(file: string): string[] {
	const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
	const words: string[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isTypeAliasDeclaration(node) && REASON_TYPE.test(node.name.text)) {
			words.push(...literalsIn(node.type));
		} else if (ts.isPropertyAssignment(node) && REASON_PROPERTY.test(node.name.getText())) {
			words.push(...literalsIn(node.initializer));
		}
		ts.forEachChild(node, visit);
	};
	visit(source);
	return words;
}

function membersOf(file: string, type: string): string[] {
	const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
	const found = source.statements.find(
		(statement): statement is ts.TypeAliasDeclaration =>
			ts.isTypeAliasDeclaration(statement) && statement.name.text === type,
	);
	if (found === undefined) throw new Error(`${file} has no type ${type}`);
	return literalsIn(found.type);
}

const COMPARING: ReadonlySet<ts.SyntaxKind> = new Set([
	ts.SyntaxKind.EqualsEqualsEqualsToken,
	ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);

/** Words for programs among the texts of a piece of code, but for those that it compares with. */
function literalsIn(node: ts.Node): string[] {
	if (ts.isStringLiteral(node)) return /^[a-z]+(_[a-z0-9]+)*$/.test(node.text) ? [node.text] : [];
	// A function is given names of fields, say; what it gives is named where it is written.
	if (ts.isCallExpression(node)) return [];
	if (ts.isBinaryExpression(node) && COMPARING.has(node.operatorToken.kind)) return [];
	const found: string[] = [];
	ts.forEachChild(node, (child) => {
		found.push(...literalsIn(child));
	});
	return found;
}

function roomOf(file: string): string {
	return file.split('/')[1] ?? '';
}
