import fc from 'fast-check';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { deliveryOf, keyringOf, schemeVerdict } from '../support/schemeVerdict.mts';
import {
	credentialSecret,
	PUBLIC_URL,
	senderOf,
	signTwilioShared,
	type SignedRequest,
} from '../support/signedWebhooks.mts';
import {
	formFieldsOf,
	VENDOR_CHECKS,
	type VendorCheck,
	type VendorCheckName,
} from '../support/vendorChecks.mts';
import { loadVendorSdk } from '../support/vendorSdks.mts';

const SECRET = 'current-secret-0123456789';

/** Those that are held against any body here; the others have tests of their own. */
const NAMES = [
	'stripe',
	'github',
	'twilio',
	'linear',
	'shopify',
	'discord',
	'paddle',
] as const satisfies readonly VendorCheckName[];

type VendorName = (typeof NAMES)[number];

const checks = new Map<VendorName, VendorCheck>();

beforeAll(async () => {
	for (const name of NAMES) checks.set(name, await VENDOR_CHECKS[name](SECRET));
});

async function vendorAccepts(name: VendorName, sent: SignedRequest): Promise<boolean> {
	const check = checks.get(name);
	if (check === undefined) throw new Error(`the library of ${name} was not loaded`);
	try {
		return await check(sent);
	} catch {
		return false;
	}
}

function weAccept(name: VendorName, sent: SignedRequest): boolean {
	const keyring = keyringOf(credentialSecret(name, SECRET));
	return schemeVerdict(name, deliveryOf(sent), keyring).result === 'verified';
}

/** Who accepts a delivery, as `vendor`, `we`, both or nobody. */
async function acceptedBy(name: VendorName, sent: SignedRequest): Promise<string> {
	const vendor = await vendorAccepts(name, sent);
	const we = weAccept(name, sent);
	return vendor && we ? 'both' : vendor ? 'vendor' : we ? 'we' : 'nobody';
}

function genuine(name: VendorName, body: string, sentAt?: Date): SignedRequest {
	const { sign, known } = senderOf(name);
	return sign(body, SECRET, { ...known.options, ...(sentAt === undefined ? {} : { sentAt }) });
}

const withHeader = (sent: SignedRequest, header: string, value: string): SignedRequest => ({
	...sent,
	headers: { ...sent.headers, [header]: value },
});

const anyBody = fc
	.dictionary(fc.string({ maxLength: 8, unit: 'grapheme' }), fc.jsonValue({ maxDepth: 2 }), {
		maxKeys: 4,
	})
	.map((value) => JSON.stringify(value));

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);

describe.each(NAMES)("%s, against the vendor's own library", (name) => {
	const { signatureHeader, time } = senderOf(name);

	test('both accept what is signed, whatever is in it', async () => {
		await fc.assert(
			fc.asyncProperty(anyBody, async (body) => {
				expect(await acceptedBy(name, genuine(name, body))).toBe('both');
			}),
			{ numRuns: 100 },
		);
	});

	test('both refuse what was changed by one letter, and what another secret signed', async () => {
		const headers = [signatureHeader, ...(typeof time === 'object' ? [time.header] : [])];
		const place = fc.constantFrom('body', ...headers);
		await fc.assert(
			fc.asyncProperty(anyBody, place, fc.nat(), async (body, where, number) => {
				const sent = genuine(name, body);
				const text = where === 'body' ? sent.body.toString('latin1') : (sent.headers[where] ?? '');
				const at = number % text.length;
				const letter = text.charAt(at) === 'x' ? 'y' : 'x';
				const changed = text.slice(0, at) + letter + text.slice(at + 1);
				const forged =
					where === 'body'
						? { ...sent, body: Buffer.from(changed, 'latin1') }
						: withHeader(sent, where, changed);
				const by = await acceptedBy(name, forged);
				// Its library reads `ax` as 0a and `xa` as 00: what is no hex may give the same byte.
				if (name === 'discord' && by === 'vendor') expect(where).toBe(signatureHeader);
				else expect(by).toBe('nobody');
			}),
			{ numRuns: 300 },
		);
		const { sign, known } = senderOf(name);
		const other = sign(known.body('A1'), 'another-secret-0123456789', known.options);
		expect(await acceptedBy(name, other)).toBe('nobody');
	});

	test('both refuse one without a signature', async () => {
		const sent = genuine(name, senderOf(name).known.body('A1'));
		const { [signatureHeader]: _signature, ...headers } = sent.headers;
		expect(await acceptedBy(name, { ...sent, headers })).toBe('nobody');
	});
});

describe('where we are stricter than the vendor, or he than we, on purpose', () => {
	const body = (name: VendorName) => senderOf(name).known.body('A1');

	test('Stripe: what is older than five minutes is refused by both', async () => {
		expect(await acceptedBy('stripe', genuine('stripe', body('stripe'), ago(299)))).toBe('both');
		expect(await acceptedBy('stripe', genuine('stripe', body('stripe'), ago(302)))).toBe('nobody');
	});

	test('Stripe: every v1 counts for both, so that a rolled secret works', async () => {
		const sent = genuine('stripe', body('stripe'));
		const header = sent.headers['stripe-signature'] ?? '';
		const [at, right] = header.split(',');
		const wrong = `v1=${'0'.repeat(64)}`;
		for (const value of [`${at},${wrong},${right}`, `${at},${right},${wrong}`]) {
			expect(await acceptedBy('stripe', withHeader(sent, 'stripe-signature', value))).toBe('both');
		}
		const old = header.replace('v1=', 'v0=');
		expect(await acceptedBy('stripe', withHeader(sent, 'stripe-signature', old))).toBe('nobody');
	});

	test('Stripe: a thin event needs another function of its library than a classic one', async () => {
		const thin = JSON.stringify({ id: 'evt_1', object: 'v2.core.event', type: 'v1.billing.meter' });
		const sent = genuine('stripe', thin);
		expect(await acceptedBy('stripe', sent)).toBe('we');
		const Stripe = await loadVendorSdk('stripe');
		const client = new Stripe('sk_test_invented');
		const header = sent.headers['stripe-signature'] ?? '';
		expect(client.parseEventNotification(sent.body, header, SECRET)).toMatchObject({ id: 'evt_1' });
	});

	test('Stripe: what its own library signs is accepted', async () => {
		const Stripe = await loadVendorSdk('stripe');
		const { webhooks } = new Stripe('sk_test_invented');
		const payload = body('stripe');
		const header = webhooks.generateTestHeaderString({ payload, secret: SECRET });
		const sent = withHeader(genuine('stripe', payload), 'stripe-signature', header);
		expect(await acceptedBy('stripe', sent)).toBe('both');
	});

	test('GitHub: what its own library signs is accepted; it takes no empty body', async () => {
		const { sign } = await loadVendorSdk('@octokit/webhooks-methods');
		const signature = await sign(SECRET, '{"ñ":"€"}');
		const sent = withHeader(genuine('github', '{"ñ":"€"}'), 'x-hub-signature-256', signature);
		expect(await acceptedBy('github', sent)).toBe('both');
		expect(await acceptedBy('github', genuine('github', ''))).toBe('we');
	});

	test('GitHub: a digest in capitals is the same digest for us', async () => {
		const sent = genuine('github', body('github'));
		const digest = (sent.headers['x-hub-signature-256'] ?? '').slice('sha256='.length);
		const capitals = withHeader(sent, 'x-hub-signature-256', `sha256=${digest.toUpperCase()}`);
		expect(await acceptedBy('github', capitals)).toBe('we');
	});

	test('Paddle: its library sees the last h1 only, so that a rotated secret is refused', async () => {
		const sent = genuine('paddle', body('paddle'));
		const [at, right] = (sent.headers['paddle-signature'] ?? '').split(';');
		const wrong = `h1=${'0'.repeat(64)}`;
		const both = (one = '', other = '') =>
			withHeader(sent, 'paddle-signature', [at, one, other].join(';'));
		expect(await acceptedBy('paddle', both(wrong, right))).toBe('both');
		expect(await acceptedBy('paddle', both(right, wrong))).toBe('we');
	});

	test('Paddle: its library takes 5 seconds of the past, we five minutes', async () => {
		expect(await acceptedBy('paddle', genuine('paddle', body('paddle'), ago(3)))).toBe('both');
		expect(await acceptedBy('paddle', genuine('paddle', body('paddle'), ago(10)))).toBe('we');
		expect(await acceptedBy('paddle', genuine('paddle', body('paddle'), ago(302)))).toBe('nobody');
	});

	test('Linear: both take 60 seconds, both ways; a time that is a text only we', async () => {
		const now = Date.now();
		vi.useFakeTimers({ toFake: ['Date'], now });
		onTestFinished(() => void vi.useRealTimers());
		for (const seconds of [59, -59]) {
			expect(await acceptedBy('linear', genuine('linear', body('linear'), ago(seconds)))).toBe(
				'both',
			);
		}
		for (const seconds of [61, -61]) {
			expect(await acceptedBy('linear', genuine('linear', body('linear'), ago(seconds)))).toBe(
				'nobody',
			);
		}
		const { sign } = senderOf('shopify');
		const text = sign(JSON.stringify({ webhookTimestamp: String(now) }), SECRET);
		const signature = Buffer.from(text.headers['x-shopify-hmac-sha256'] ?? '', 'base64');
		const sent = { ...text, headers: { 'linear-signature': signature.toString('hex') } };
		expect(await acceptedBy('linear', sent)).toBe('we');
	});

	test('Shopify: its library wants five headers more, which are not signed', async () => {
		const sent = genuine('shopify', body('shopify'));
		for (const header of ['x-shopify-topic', 'x-shopify-shop-domain', 'x-shopify-webhook-id']) {
			const { [header]: _missing, ...headers } = sent.headers;
			expect(await acceptedBy('shopify', { ...sent, headers })).toBe('we');
		}
	});

	test('Shopify: Events have headers of their own', async () => {
		const sent = genuine('shopify', body('shopify'));
		const headers = Object.fromEntries(
			Object.entries(sent.headers).map(([name, value]) => [name.replace(/^x-/, ''), value]),
		);
		expect(await acceptedBy('shopify', { ...sent, headers })).toBe('both');
		const forged = { ...sent, headers, body: Buffer.from('{}') };
		expect(await acceptedBy('shopify', forged)).toBe('nobody');
	});

	test('Discord: a time of a quarter of an hour ago or ahead is refused here', async () => {
		expect(await acceptedBy('discord', genuine('discord', body('discord'), ago(870)))).toBe('both');
		for (const seconds of [930, -930]) {
			const sent = genuine('discord', body('discord'), ago(seconds));
			expect(await acceptedBy('discord', sent)).not.toMatch(/both|we/);
		}
	});

	test('Twilio: forms, repeated fields and shared keys, as its library signs them', async () => {
		const webhooks = await loadVendorSdk('twilio');
		const value = fc.string({ maxLength: 6, unit: 'grapheme' });
		const pairs = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'To', '€', 'a b'), value), {
			minLength: 1,
			maxLength: 6,
		});
		await fc.assert(
			fc.asyncProperty(pairs, fc.boolean(), async (list, isShared) => {
				const form = new URLSearchParams(list).toString();
				const sign = isShared ? signTwilioShared : senderOf('twilio').sign;
				const sent = sign(form, SECRET);
				const algorithm = isShared ? 'HMAC_SHA256' : 'HMAC_SHA1';
				expect(sent.headers['x-twilio-signature']).toBe(
					webhooks.getExpectedTwilioSignature(SECRET, PUBLIC_URL, formFieldsOf(sent), algorithm),
				);
				expect(await acceptedBy('twilio', sent)).toBe('both');
			}),
			{ numRuns: 200 },
		);
	});

	test.each([
		"https://n8n.example.com/webhook/1?name=it's&x=ñ",
		'https://n8n.example.com:443/webhook/1?a=b%20c&a=d+e',
		'https://n8n.example.com:8443/webhook/1?q=%7Bx%7D',
		'http://n8n.example.com/webhook/1',
	])('Twilio: %s, in every way that its library takes', async (url) => {
		const webhooks = await loadVendorSdk('twilio');
		const at = new URL(url);
		const spellings = [
			url,
			url.replace(/:\d+(?=\/webhook)/, ''),
			url.replace(/(?:\.com)(?=\/)/, at.protocol === 'https:' ? '.com:443' : '.com:80'),
			at.toString(),
			at.toString().replaceAll('%20', '+'),
			`${at.origin}${at.pathname}`,
			`${url}&more=1`,
		];
		const keyring = keyringOf(SECRET);
		for (const spelling of spellings) {
			const signature = webhooks.getExpectedTwilioSignature(SECRET, spelling, { A: '1' });
			const vendor = webhooks.validateRequest(SECRET, signature, url, { A: '1' });
			const sent = {
				headers: { 'x-twilio-signature': signature },
				query: '',
				body: Buffer.from('A=1'),
			};
			const we = schemeVerdict('twilio', deliveryOf(sent, new Date(), url), keyring).result;
			expect(we, spelling).toBe(vendor ? 'verified' : 'refused');
		}
	});
});
