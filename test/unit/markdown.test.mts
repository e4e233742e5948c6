import type { Tokens } from 'marked';
import { describe, expect, test } from 'vitest';
import { blocksOf, linksOf, PAGES, read, tokensOf } from '../support/pages.mts';

/** What stands between the pipes of a row; a pipe behind a backslash or in a table's code is text. */
const cellsOf = (row: string): string[] =>
	row
		.trim()
		.replace(/^\||(?<!\\)\|$/g, '')
		.split(/(?<!\\)\|/);

/** Text that is shown as it is: no code, no address. */
const shownTexts = (page: string): string[] =>
	tokensOf(page)
		.filter((token) => token.type === 'text' && (token as Tokens.Text).tokens === undefined)
		.map((token) => token.raw);

describe.each(PAGES)('%s', (page) => {
	test('has tables whose rows have as many cells as their head', () => {
		const wrong = tokensOf(page)
			.filter((token): token is Tokens.Table => token.type === 'table')
			.flatMap(({ raw, header }) =>
				raw
					.trimEnd()
					.split('\n')
					.filter((row) => cellsOf(row).length !== header.length),
			);
		expect(wrong).toEqual([]);
	});

	test('has no row outside of a table', () => {
		expect(shownTexts(page).filter((text) => /^\s*\||\|\s*$/m.test(text))).toEqual([]);
	});

	test('ends each block of code', () => {
		const fences = read(page).match(/^ *```.*$/gm) ?? [];
		expect(fences.length % 2).toBe(0);
		const open = blocksOf(page).filter(
			({ raw, codeBlockStyle }) => codeBlockStyle !== 'indented' && !raw.trimEnd().endsWith('```'),
		);
		expect(open.map(({ raw }) => raw)).toEqual([]);
	});

	// The formatter writes emphasis with underscores, and with an asterisk only inside of a word.
	test('has no emphasis inside of a word, and no mark of one left over', () => {
		const inWord = tokensOf(page).filter(({ type, raw }) => type === 'em' && raw.startsWith('*'));
		expect(inWord.map(({ raw }) => raw)).toEqual([]);
		const left = shownTexts(page).filter((text) => /(^|\s)[_*]\w|\w[_*](\s|$)/.test(text));
		expect(left).toEqual([]);
		const escaped = tokensOf(page).filter(({ type, raw }) => type === 'escape' && raw === '\\*');
		expect(escaped.map(({ raw }) => raw)).toEqual([]);
	});

	test('has JSON that can be read', () => {
		const json = blocksOf(page).filter(({ lang }) => lang === 'json');
		for (const { text } of json) expect(() => JSON.parse(text) as unknown, text).not.toThrow();
	});

	test('has addresses that are addresses', () => {
		const addresses = linksOf(page).filter((link) => /^[a-z]+:/i.test(link));
		const wrong = addresses.filter(
			(link) =>
				!URL.canParse(link) || !['https:', 'http:', 'mailto:'].includes(new URL(link).protocol),
		);
		expect(wrong).toEqual([]);
	});
});
