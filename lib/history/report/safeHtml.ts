/** HTML that may stand in a page as it is: all texts in it were escaped. */
export class SafeHtml {
	constructor(readonly text: string) {}
}

type Part = SafeHtml | string | number | readonly SafeHtml[];

const ENTITIES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** HTML with values in it, which are escaped unless they are HTML themselves. */
export function html(texts: TemplateStringsArray, ...values: readonly Part[]): SafeHtml {
	return new SafeHtml(
		texts
			.map((text, index) => `${text}${index < values.length ? toText(values[index]) : ''}`)
			.join(''),
	);
}

function toText(value: Part | undefined): string {
	if (value === undefined) return '';
	if (value instanceof SafeHtml) return value.text;
	if (typeof value === 'object') return value.map(({ text }) => text).join('');
	return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Control characters, and what turns the direction of what stands beside it. */
const UNSEEN = /[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** A text of somebody else's for one line of a page: without what cannot be seen, and cut. */
export function lineOf(text: string, longest = 120): string {
	const line = text
		.slice(0, 4 * longest)
		.replace(UNSEEN, ' ')
		.trim();
	const characters = [...line];
	return characters.length <= longest ? line : `${characters.slice(0, longest - 1).join('')}…`;
}
