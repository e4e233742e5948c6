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
import { measure, type Cell, type Round } from './rounds.mts';

const load = createRequire(import.meta.url);

/** The checks as they are built and installed. */
const { signatureVerdict, hasSignature } = load(
	join(CHECKOUT, 'dist', 'lib', 'signature', 'signatureVerdict.js'),
) as typeof import('../lib/signature/signatureVerdict.ts');
const { SecretKeyring } = load(
	join(CHECKOUT, 'dist', 'lib', 'signature', 'secretKeys.js'),
) as typeof import('../lib/signature/secretKeys.ts');
const { SCHEMES } = load(
	join(CHECKOUT, 'dist', 'nodes', 'SignedWebhook', 'schemes.js'),
) as typeof import('../nodes/SignedWebhook/schemes.ts');

export interface VerifyBenchOptions {
	readonly rounds: number;
}

/** Bytes of a body, and how many checks of it one run makes. */
const SIZES = [
	{ label: '1 KB', bytes: 1024, checks: 3_000 },
	{ label: '100 KB', bytes: 102_400, checks: 150 },
] as const;

const SECRET = 'current-secret-0123456789';

/** Measures the checks of all schemes beside the vendors' own, and beside what Node.js alone takes. */
export async function benchVerify(options: VerifyBenchOptions): Promise<void> {
	console.log(
		`Checks of genuine and forged deliveries in this process, ${options.rounds} rounds after one that does not count, order turned round each time. "bare": node:crypto alone over the same bytes, compared in constant time.`,
	);
	// On the page, the comparison with vendors comes first.
	const names = [...SCHEME_NAMES].sort(
		(a, b) => Number(vendorOf(b) !== undefined) - Number(vendorOf(a) !== undefined),
	);
	for (const name of names) {
		const vendor = vendorOf(name);
		const check = vendor === undefined ? undefined : await vendor(SECRET);
		for (const { label, bytes, checks } of SIZES) {
			const cells = await cellsOf(name, bytes, checks, check);
			const rounds = await measure(cells, checks, options.rounds);
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

async function cellsOf(
	name: SchemeName,
	bytes: number,
	checks: number,
	vendor: VendorCheck | undefined,
): Promise<Cell[]> {
	const { sign, known } = senderOf(name);
	const body = padded(known.body('bench'), bytes);
	const genuine = sign(body, SECRET, known.options);
	const forged = sign(body, 'another-secret-0123456789', known.options);
	const text = credentialSecret(name, SECRET);
	const keyring = new SecretKeyring([{ text, secret: 'current' }]);
	const { variants } = schemeOf(name);
	const { signature } =
		variants.find((each) => hasSignature(deliveryOf(genuine), each.signature)) ?? variants[0];
	const ours = (delivery: Delivery, expected: string) => () => {
		const { result } = signatureVerdict(delivery, signature, keyring.keys(signature.keys));
		if (result !== expected) throw new Error(`${name}: ${result} instead of ${expected}`);
	};
	const times = (label: string, once: () => unknown): Cell => ({
		name: label,
		run: async () => {
			for (let count = 0; count < checks; count += 1) {
				const pending = once();
				if (pending instanceof Promise) await pending;
			}
		},
	});
	return [
		times('ours', ours(deliveryOf(genuine), 'verified')),
		times('ours, forged', ours(deliveryOf(forged), 'refused')),
		times('bare', bareCheck(name, genuine)),
		...(vendor === undefined ? [] : [times('vendor', () => accepted(name, vendor, genuine))]),
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

/** What cannot be saved: one HMAC or one Ed25519 over the body. */
function bareCheck(name: SchemeName, { body }: SignedRequest): () => void {
	const { verification } = senderOf(name);
	if (verification === 'ed25519') {
		const hex = credentialSecret(name, SECRET);
		const spki = Buffer.from(`302a300506032b6570032100${hex}`, 'hex');
		const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
		const signature = Buffer.alloc(64);
		return () => void verify(null, body, key, signature);
	}
	const algorithm = verification.slice('hmac-'.length);
	const expected = createHmac(algorithm, SECRET).update(body).digest();
	return () => {
		const digest = createHmac(algorithm, SECRET).update(body).digest();
		if (!timingSafeEqual(digest, expected)) throw new Error('cannot be');
	};
}
