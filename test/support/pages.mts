import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import GithubSlugger from 'github-slugger';
import { marked, type Token, type Tokens } from 'marked';
import { CHECKOUT } from '../../scripts/support/paths.mts';

/** Files below a folder of the checkout, without what is installed. */
export const listed = (folder: string): string[] =>
	readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
		.map((file) => join(folder, file))
		.filter((file) => !file.includes('node_modules'));

/** Every page of the documentation. */
export const PAGES: readonly string[] = [
	...readdirSync(CHECKOUT).filter((file) => file.endsWith('.md')),
	...['docs', 'examples', 'findings', '.github'].flatMap(listed),
].filter((file) => file.endsWith('.md'));

export const read = (file: string): string => readFileSync(join(CHECKOUT, file), 'utf8');

/** All that a page is made of, what is inside of something else too. */
export function tokensOf(page: string): Token[] {
	const all: Token[] = [];
	marked.walkTokens(marked.lexer(textOf(page)), (token) => {
		all.push(token);
	});
	return all;
}

/** A page without the YAML in front of it, which GitHub reads in templates of issues. */
const textOf = (page: string) => read(page).replace(/^---\n[\s\S]*?\n---\n/, '');

export const blocksOf = (page: string): Tokens.Code[] =>
	tokensOf(page).filter((token): token is Tokens.Code => token.type === 'code');

/** Where links and pictures of a page lead to, and whether they are inside of the repository. */
export const linksOf = (page: string): string[] =>
	tokensOf(page).flatMap((token) =>
		token.type === 'link' || token.type === 'image' ? [(token as Tokens.Link).href] : [],
	);

/** What GitHub makes of the headings of a page, as the part of an address behind the `#`. */
export function anchorsOf(page: string): Set<string> {
	const slugger = new GithubSlugger();
	const headings = tokensOf(page).filter((token) => token.type === 'heading');
	return new Set(headings.map((token) => slugger.slug(plainText(token))));
}

function plainText(token: Token): string {
	const inside = (token as Tokens.Generic).tokens;
	if (inside !== undefined) return inside.map(plainText).join('');
	return token.type === 'html' ? '' : unescaped((token as Tokens.Text).text ?? '');
}

const unescaped = (html: string): string =>
	html
		.replaceAll('&lt;', '<')
		.replaceAll('&gt;', '>')
		.replaceAll('&quot;', '"')
		.replaceAll('&#39;', "'")
		.replaceAll('&amp;', '&');
