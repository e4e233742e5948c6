import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../lib/receive/provider.ts';
import { SCHEMES } from '../../nodes/SignedWebhook/schemes.ts';
import { deliveryOf, keyringOf, schemeVerdict, variantFor } from '../support/schemeVerdict.mts';
import {
	credentialSecret,
	SCHEME_NAMES,
	senderOf,
	signTwilioShared,
	type SchemeName,
	type SignedRequest,
} from '../support/signedWebhooks.mts';

const NOW = new Date('2026-11-29T17:00:00Z');
const CURRENT = 'current-secret-0123456789';
const PREVIOUS = 'previous-secret-0123456789';

const keyringFor = (name: SchemeName, current = CURRENT, previous = PREVIOUS) =>
	keyringOf(credentialSecret(name, current), credentialSecret(name, previous));

const resultOf = (name: SchemeName, delivery: Delivery) =>
	schemeVerdict(name, delivery, keyringFor(name)).result;

/** A delivery with one bit of its body changed. */
function bodyFlipped(sent: SignedRequest, bit: number): SignedRequest {
	const body = Buffer.from(sent.body);
	const at = Math.floor(bit / 8);
	body[at] = (body[at] ?? 0) ^ (1 << bit % 8);
	return { ...sent, body };
}

/** The same for a header. */
function headerFlipped(sent: SignedRequest, header: string, bit: number): SignedRequest {
	const text = Buffer.from(sent.headers[header] ?? '', 'latin1');
	const at = Math.floor(bit / 8);
	text[at] = (text[at] ?? 0) ^ (1 << bit % 8);
	return { ...sent, headers: { ...sent.headers, [header]: text.toString('latin1') } };
}

const bitsOf = (text: string | Buffer) => text.length * 8;

/** Headers that the signature is in, or that it covers. */
function signedHeaders(name: SchemeName): string[] {
	const { signatureHeader, time, signedIdHeader } = senderOf(name);
	const headers = [signatureHeader];
	if (typeof time === 'object') headers.push(time.header);
	if (signedIdHeader !== undefined) headers.push(signedIdHeader);
	return [...new Set(headers)];
}

/** Any JSON, as long as it is an object. */
const anyBody = fc
	.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })
	.map((value) => JSON.stringify(value));

test('every scheme has a sender that signs as its provider does', () => {
	expect([...SCHEME_NAMES].sort()).toEqual(SCHEMES.map(({ name }) => name).sort());
});

test('every scheme says where its secret is, what repeats, and where that is written', () => {
	for (const { label, secretHint, repeats, documentation } of SCHEMES) {
		expect(secretHint, label).toMatch(/^[A-Z].{20,}\.$/);
		expect(repeats, label).toMatch(/^[A-Z].{20,}\.$/);
		expect(new URL(documentation).protocol, label).toBe('https:');
	}
});

describe.each(SCHEME_NAMES)('%s', (name) => {
	const sender = senderOf(name);
	const sent = (body = sender.known.body('A1'), secret = CURRENT) =>
		sender.sign(body, secret, { ...sender.known.options, sentAt: NOW });
	const isRefused = (changed: SignedRequest) =>
		resultOf(name, deliveryOf(changed, NOW)) === 'refused';

	test('what the provider signs is accepted, whatever is in it', () => {
		fc.assert(
			fc.property(anyBody, (body) => {
				expect(resultOf(name, deliveryOf(sent(body), NOW))).toBe('verified');
			}),
			{ numRuns: 50 },
		);
	});

	test('tells which secret and which signature it was', () => {
		const verify = (secret: string) =>
			schemeVerdict(name, deliveryOf(sent(undefined, secret), NOW), keyringFor(name));
		const { variants } = SCHEMES.find((scheme) => scheme.name === name) ?? { variants: [] };
		const names = variants.flatMap(({ signature }) => Object.keys(signature.signature.named));
		for (const [secret, which] of [
			[CURRENT, 'current'],
			[PREVIOUS, 'previous'],
		] as const) {
			const verdict = verify(secret);
			expect(verdict).toMatchObject({
				result: 'verified',
				verification: sender.verification,
				matched: { secret: which },
			});
			expect(
				verdict.result === 'verified' && names.includes(verdict.matched?.signature ?? ''),
			).toBe(true);
		}
		expect(verify('another-secret-0123456789')).toEqual({
			result: 'refused',
			reason: 'signature_mismatch',
		});
	});

	test('a secret that is both the current and the previous one is told as the current one', () => {
		const verdict = schemeVerdict(
			name,
			deliveryOf(sent(), NOW),
			keyringFor(name, CURRENT, CURRENT),
		);
		expect(verdict).toMatchObject({ matched: { secret: 'current' } });
	});

	test('each single bit of the body, the signature, the time and the signed id counts', () => {
		const genuine = sent();
		const accepted: string[] = [];
		const bodyBits = sender.bodyIsSigned === false ? 0 : bitsOf(genuine.body);
		for (let bit = 0; bit < bodyBits; bit += 1) {
			if (!isRefused(bodyFlipped(genuine, bit))) accepted.push(`body ${bit}`);
		}
		expect(isRefused(bodyFlipped(genuine, 0))).toBe(bodyBits > 0);
		for (const header of signedHeaders(name)) {
			for (let bit = 0; bit < bitsOf(genuine.headers[header] ?? ''); bit += 1) {
				if (!isRefused(headerFlipped(genuine, header, bit))) accepted.push(`${header} ${bit}`);
			}
		}
		expect(accepted).toEqual([]);
	});

	test('any bit of any delivery counts', () => {
		const ofBody = sender.bodyIsSigned === false ? [] : ['body'];
		const place = fc.constantFrom(...ofBody, ...signedHeaders(name));
		fc.assert(
			fc.property(anyBody, place, fc.nat(), (body, where, number) => {
				const genuine = sent(body);
				const changed =
					where === 'body'
						? bodyFlipped(genuine, number % bitsOf(genuine.body))
						: headerFlipped(genuine, where, number % bitsOf(genuine.headers[where] ?? ''));
				expect(resultOf(name, deliveryOf(changed, NOW))).toBe('refused');
			}),
			{ numRuns: 200 },
		);
	});

	test('the spare bits of the last letter of base64 count, and so do its padding and its case', () => {
		const genuine = sent();
		const header = sender.signatureHeader;
		const value = genuine.headers[header] ?? '';
		const changed = (text: string) => ({
			...genuine,
			headers: { ...genuine.headers, [header]: text },
		});
		const padded = /^(.*)([A-Za-z0-9+/])(=+)$/.exec(value);
		if (padded === null) {
			// Hex: another case throughout is the same digest, a mixed one is not.
			expect(value).toMatch(/[0-9a-f]{64}$/);
			const digest = /[0-9a-f]+$/.exec(value)?.[0] ?? '';
			const mixed = digest.replace(/[a-f]/, (letter) => letter.toUpperCase());
			expect(isRefused(changed(value.replace(digest, mixed)))).toBe(true);
			return;
		}
		const [, head = '', letter = '', padding = ''] = padded;
		const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
		const spare = padding.length === 2 ? 16 : 4;
		const first = letters.indexOf(letter);
		expect(first % spare).toBe(0);
		for (let bits = 1; bits < spare; bits += 1) {
			expect(isRefused(changed(head + letters.charAt(first + bits) + padding))).toBe(true);
		}
		expect(isRefused(changed(head + letter))).toBe(true);
		expect(isRefused(changed(`${value}=`))).toBe(true);
	});

	test('the time counts both ways, where it is signed', () => {
		const { signature } = variantFor(
			SCHEMES.find((scheme) => scheme.name === name) ?? fail(),
			deliveryOf(sent(), NOW),
		);
		const tolerance = signature.timestamp?.toleranceSeconds;
		expect(tolerance === undefined).toBe(sender.time === undefined);
		if (tolerance === undefined) return;
		const after = (seconds: number) =>
			schemeVerdict(
				name,
				deliveryOf(sent(), new Date(NOW.getTime() + seconds * 1000)),
				keyringFor(name),
			);
		expect(after(tolerance - 1).result).toBe('verified');
		expect(after(1 - tolerance).result).toBe('verified');
		const outside = { result: 'refused', reason: 'timestamp_outside_tolerance' };
		expect(after(tolerance + 1)).toEqual(outside);
		expect(after(-tolerance - 1)).toEqual(outside);
	});
});

function fail(): never {
	throw new Error('there is no such scheme');
}

describe('Twilio', () => {
	const FORM = 'AccountSid=AC1&MessageStatus=sent&To=%2B34600000000&Body=a+b%26c&Tag=2&Tag=1&Tag=2';
	const sent = (url?: string) =>
		senderOf('twilio').sign(FORM, CURRENT, url === undefined ? {} : { url });
	const verdict = (signed: SignedRequest, url?: string) =>
		schemeVerdict('twilio', deliveryOf(signed, NOW, url), keyringFor('twilio'));

	test('a form is signed by its fields: duplicates dropped, values sorted, in any order', () => {
		expect(verdict(sent()).result).toBe('verified');
		const body = Buffer.from(FORM.split('&').reverse().join('&'));
		expect(verdict({ ...sent(), body }).result).toBe('verified');
		const other = Buffer.from(FORM.replace('Tag=1', 'Tag=3'));
		expect(verdict({ ...sent(), body: other }).result).toBe('refused');
	});

	test('each single bit of a form counts, unless the fields stay what they are', () => {
		const fields = (body: Buffer) =>
			JSON.stringify([...new URLSearchParams(body.toString('utf8'))].sort());
		const genuine = sent();
		for (let bit = 0; bit < bitsOf(genuine.body); bit += 1) {
			const changed = bodyFlipped(genuine, bit);
			const isSame = fields(changed.body) === fields(genuine.body);
			expect(verdict(changed).result, `bit ${bit}`).toBe(isSame ? 'verified' : 'refused');
		}
	});

	test.each([
		['https://n8n.example.com/webhook/1', 'https://n8n.example.com:443/webhook/1'],
		['http://n8n.example.com/webhook/1', 'http://n8n.example.com:80/webhook/1'],
		['https://u:p@n8n.example.com/webhook/1', 'https://u:p@n8n.example.com:443/webhook/1'],
		['https://[2001:db8::1]/webhook/1', 'https://[2001:db8::1]:443/webhook/1'],
	])('%s is signed with and without its standard port', (plain, withPort) => {
		for (const told of [plain, withPort]) {
			for (const known of [plain, withPort])
				expect(verdict(sent(told), known).result).toBe('verified');
			expect(verdict(sent(told), `${plain}0`).result).toBe('refused');
		}
	});

	test('another port is signed with it or without it', () => {
		const url = 'https://n8n.example.com:8443/webhook/1';
		expect(verdict(sent(url), url).result).toBe('verified');
		expect(verdict(sent('https://n8n.example.com/webhook/1'), url).result).toBe('verified');
		expect(verdict(sent('https://n8n.example.com:443/webhook/1'), url).result).toBe('refused');
	});

	test('a body other than that of the digest in the URL is refused, whatever the URL says', () => {
		const genuine = senderOf('twilio').sign('{"a":1}', CURRENT);
		const other = { ...genuine, body: Buffer.from('{"a":2}') };
		const refused = { result: 'refused', reason: 'signature_mismatch' };
		expect(verdict(other)).toEqual(refused);
		expect(verdict({ ...genuine, query: genuine.query.replace(/.$/, '#') })).toEqual(refused);
		expect(verdict({ ...genuine, query: '' })).toEqual(refused);
	});

	test('a shared key signs with SHA-256', () => {
		expect(verdict(signTwilioShared(FORM, CURRENT))).toMatchObject({
			verification: 'hmac-sha256',
			matched: { secret: 'current', signature: 'sha256' },
		});
	});
});
