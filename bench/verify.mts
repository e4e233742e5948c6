import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Delivery } from '../lib/receive/provider.ts';
import { CHECKOUT } from '../scripts/support/paths.mts';
import {
	credentialSecret,
	PUBLIC_URL,
	SCHEME_NAMES,
	senderOf,
	type SchemeName,
	type SignedRequest,
} from '../test/support/signedWebhooks.mts';
import { VENDOR_CHECKS, type VendorCheck } from '../test/support/vendorChecks.mts';
import { ratioOf, tellFigure } from './figures.mts';
import type { Round } from './rounds.mts';
import { measureSlices, type Step } from './slices.mts';

const load = createRequire(import.meta.url);

/** The checks as they are built and installed. */
const { signatureVerdict } = load(
	join(CHECKOUT, 'dist', 'lib', 'signature', 'signatureVerdict.js'),
) as typeof import('../lib/signature/signatureVerdict.ts');
const { hasSignature } = load(
	join(CHECKOUT, 'dist', 'lib', 'signature', 'sentSignatures.js'),
) as typeof import('../lib/signature/sentSignatures.ts');
const { SecretKeyring } = load(
	join(CHECKOUT, 'dist', 'lib', 'signature', 'secretKeys.js'),
) as typeof import('../lib/signature/secretKeys.ts');
const { SCHEMES } = load(
	join(CHECKOUT, 'dist', 'nodes', 'SignedWebhook', 'schemes.js'),
) as typeof import('../nodes/SignedWebhook/schemes.ts');

export interface VerifyBenchOptions {
	readonly rounds: number;
	/** One of {@link schemesToMeasure}. */
	readonly scheme: SchemeName;
}

/** Bytes of a body. */
const SIZES = [
	{ label: '1 KB', bytes: 1024 },
	{ label: '100 KB', bytes: 102_400 },
] as const;

const SECRET = 'current-secret-0123456789';

/** On the page, the comparison with vendors comes first. */
export function schemesToMeasure(): SchemeName[] {
	return [...SCHEME_NAMES].sort(
		(a, b) => Number(vendorOf(b) !== undefined) - Number(vendorOf(a) !== undefined),
	);
}

/**
 * Measures the checks of a scheme beside the vendor's own, and beside what Node.js alone takes. An n8n has a scheme
 * or two; code that has run for all of them is compiled for all of them, which no vendor's is.
 */
export async function benchVerify({
	rounds: count,
	scheme: name,
}: VerifyBenchOptions): Promise<void> {
	const vendor = vendorOf(name);
	const check = vendor === undefined ? undefined : await vendor(SECRET);
	for (const { label, bytes } of SIZES) {
		const rounds = await measureSlices(stepsOf(name, bytes, check), count);
		const compare = (mine: string, theirs: string, title: string, atLeast?: number) => {
			const [own = [], other = []] = [rounds.get(mine), rounds.get(theirs)];
			const aim = atLeast === undefined ? {} : { aim: { atLeast } };
			const cpu = (one: Round) => 1 / one.cpu;
			const figure = { group: `${title}, ${label}`, name: schemeOf(name).label };
			const rates = [own, other].map((all) => all.map(({ rate }) => rate));
			tellFigure({ ...figure, ...ratioOf(rates[0] ?? [], rates[1] ?? []), ...aim });
			const byCpu = `${figure.group}, by CPU time`;
			tellFigure({ ...figure, group: byCpu, ...ratioOf(own.map(cpu), other.map(cpu)) });
		};
		const isLarge = bytes > 10_000;
		const vendors = "Ours / the vendor's own library";
		if (check !== undefined) compare('ours', 'vendor', vendors, isLarge ? undefined : 1.5);
		compare('ours', 'bare', 'Ours / node:crypto alone', isLarge ? 0.9 : undefined);
		compare('ours, forged', 'ours', 'Forged / genuine', 0.95);
	}
}

function schemeOf(name: string) {
	const scheme = SCHEMES.find((one) => one.name === name);
	if (scheme === undefined) throw new Error(`there is no scheme '${name}'`);
	return scheme;
}

/** A delivery as the node gets it. */
function deliveryOf({ headers, query, body }: SignedRequest): Delivery {
	return {
		rawBody: body,
		headers: { ...headers },
		url: () => PUBLIC_URL + query,
		query: Object.fromEntries(new URLSearchParams(query)),
		remoteAddress: '192.0.2.1',
		receivedAt: new Date(),
	};
}

function vendorOf(name: SchemeName): ((secret: string) => Promise<VendorCheck>) | undefined {
	return new Map<string, (secret: string) => Promise<VendorCheck>>(
		Object.entries(VENDOR_CHECKS),
	).get(name);
}

function stepsOf(name: SchemeName, bytes: number, vendor: VendorCheck | undefined): Step[] {
	const { sign, known } = senderOf(name);
	const body = padded(known.body('bench'), bytes);
	// Signed for each round: one of the libraries takes a delivery for five seconds only.
	const signedWith = (secret: string) => sign(body, secret, known.options);
	const text = credentialSecret(name, SECRET);
	const keyring = new SecretKeyring([{ text, secret: 'current' }]);
	const { variants } = schemeOf(name);
	const sample = deliveryOf(signedWith(SECRET));
	const { signature } =
		variants.find((each) => hasSignature(sample, each.signature)) ?? variants[0];
	const ours = (secret: string, expected: string) => () => {
		const delivery = deliveryOf(signedWith(secret));
		return () => {
			const { result } = signatureVerdict(delivery, signature, keyring.keys(signature.keys));
			if (result !== expected) throw new Error(`${name}: ${result} instead of ${expected}`);
		};
	};
	const vendors = (check: VendorCheck) => () => {
		const sent = signedWith(SECRET);
		return () => accepted(name, check, sent);
	};
	return [
		{ name: 'ours', prepare: ours(SECRET, 'verified') },
		{ name: 'ours, forged', prepare: ours('another-secret-0123456789', 'refused') },
		{ name: 'bare', prepare: () => bareCheck(name, signedWith(SECRET)) },
		...(vendor === undefined ? [] : [{ name: 'vendor', prepare: vendors(vendor) }]),
	];
}

async function settled(name: string, pending: Promise<boolean>): Promise<void> {
	if (!(await pending)) throw new Error(`${name}: its own library refuses`);
}

function accepted(name: string, vendor: VendorCheck, sent: SignedRequest): unknown {
	const answer = vendor(sent);
	if (answer instanceof Promise) return settled(name, answer);
	if (!answer) throw new Error(`${name}: its own library refuses`);
	return undefined;
}

/** A body of JSON of so many bytes; who signs fields of it finds them where they were. */
function padded(text: string, bytes: number): string {
	const filled = { ...(JSON.parse(text) as object), pad: '' };
	const missing = bytes - Buffer.byteLength(JSON.stringify(filled));
	return JSON.stringify({ ...filled, pad: 'x'.repeat(Math.max(0, missing)) });
}

/** What cannot be saved: one HMAC of the body, or one Ed25519 signature of all that is signed. */
function bareCheck(name: SchemeName, { headers, body }: SignedRequest): () => void {
	const { verification, signatureHeader, time } = senderOf(name);
	if (verification === 'ed25519') {
		const hex = credentialSecret(name, SECRET);
		const spki = Buffer.from(`302a300506032b6570032100${hex}`, 'hex');
		const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
		// A right one: Node.js is done sooner with zeros.
		const signature = Buffer.from(headers[signatureHeader] ?? '', 'hex');
		const sentAt = typeof time === 'object' ? (headers[time.header] ?? '') : '';
		return () => {
			// Node.js takes what is signed in one buffer only.
			const signed = Buffer.concat([Buffer.from(sentAt), body]);
			if (!verify(null, signed, key, signature)) throw new Error(`${name}: a right one is refused`);
		};
	}
	const algorithm = verification.slice('hmac-'.length);
	const expected = createHmac(algorithm, SECRET).update(body).digest();
	return () => {
		const digest = createHmac(algorithm, SECRET).update(body).digest();
		if (!timingSafeEqual(digest, expected)) throw new Error('cannot be');
	};
}
