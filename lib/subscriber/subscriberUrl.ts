import { Problem } from './problem';

/** As many characters as browsers and proxies of all kinds take. */
const LONGEST_URL = 2_000;

/**
 * Reads the address of a subscriber; what follows a `#` is dropped. Whether n8n may call it is for
 * the address guard to say.
 *
 * @returns the address as it is stored; or what is wrong with it, as the end of a sentence
 */
export function readSubscriberUrl(text: string): string | Problem {
	const trimmed = text.trim();
	if (trimmed === '') return new Problem('is empty; write the https address of the subscriber');
	if (trimmed.length > LONGEST_URL) {
		return new Problem(`has ${trimmed.length} characters; at most ${LONGEST_URL} are possible`);
	}
	if (!URL.canParse(trimmed)) {
		return new Problem('is not an address; write one such as https://shop.example/webhooks');
	}
	const url = new URL(trimmed);
	if (url.protocol !== 'https:' && url.protocol !== 'http:') {
		return new Problem('is not an address that starts with https://');
	}
	if (url.username !== '' || url.password !== '') {
		return new Problem(
			"has a user name or a password in it; put an 'Authorization' header in its place",
		);
	}
	url.hash = '';
	return url.href;
}
