import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MemoryClaimStore } from '../../lib/receive/claims.ts';
import { answerFor } from '../../lib/receive/provider.ts';
import { receive } from '../../lib/receive/receive.ts';
import { mutatedText, seeded } from '../support/bodyMutations.mts';
import { verifiedSenders, type VerifiedSender } from '../support/verifiedSenders.mts';

/** `npm run fuzz:bodies` asks for a million; a seed repeats a run. */
const COUNT = Number(process.env.FUZZ_BODIES ?? 20_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20261129);

const SOURCE = { current: async () => ({}), newer: async () => undefined };

async function answerTo(sender: VerifiedSender, claims: MemoryClaimStore, body: string) {
	const outcome = await receive({
		provider: sender.provider,
		settings: { ...SOURCE, current: async () => sender.settings },
		delivery: {
			rawBody: Buffer.from(body),
			headers: sender.headers(body),
			query: {},
			remoteAddress: '127.0.0.1',
			receivedAt: new Date(),
		},
		policy: {
			selects: () => true,
			sourceAddressAllowed: undefined,
			acceptUnverified: false,
			deduplicationWindowMs: 3_600_000,
		},
		claims,
	});
	if (outcome.kind === 'accepted') {
		await outcome.claim?.store();
		expect(outcome.items).toHaveLength(1);
		for (const { envelope } of outcome.items) {
			// It has to reach the workflow, too.
			expect(JSON.stringify(envelope)).toBeTypeOf('string');
			expect(envelope.id).not.toBe('');
			expect(envelope.type).toMatch(/^(whatsapp|kometia|yape)\./);
			expect(Number.isNaN(Date.parse(envelope.time))).toBe(false);
		}
	}
	return sender.provider.answer?.(outcome) ?? answerFor(outcome);
}

test(
	`${COUNT} changed bodies of verified senders: none that is a JSON object is answered 400 or 5xx (seed ${SEED})`,
	{ timeout: 4 * 3_600_000 },
	async () => {
		const random = seeded(SEED);
		const senders = verifiedSenders();
		const claims = senders.map(() => new MemoryClaimStore(2_000));
		const statuses: Record<string, number> = {};
		const wrong: string[] = [];
		for (let count = 0; count < COUNT && wrong.length < 20; count += 1) {
			// A run of an hour must let the test runner speak in between.
			if (count % 10_000 === 0) await setImmediate();
			const index = count % senders.length;
			const [sender, store] = [senders[index], claims[index]];
			const original = sender?.bodies[Math.floor(random() * sender.bodies.length)];
			if (sender === undefined || store === undefined || original === undefined) throw new Error();
			const body = mutatedText(original, random);
			const { status, body: said } = await answerTo(sender, store, body);
			const line = `${sender.name} ${status}`;
			statuses[line] = (statuses[line] ?? 0) + 1;
			const expected = sender.mayBeVerified?.(body) === false ? [401] : [200, 201];
			if (!expected.includes(status)) {
				wrong.push(`${line} ${JSON.stringify(said)} ${body.slice(0, 2_000)}`);
			}
		}
		console.log(`seed ${SEED}`, statuses);
		expect(wrong).toEqual([]);
	},
);

test('a body that is no JSON object is answered 400 by all of them', async () => {
	for (const sender of verifiedSenders()) {
		if (sender.mayBeVerified !== undefined) continue;
		for (const body of ['null', '5', '"text"', '[]', '{', '']) {
			const answer = await answerTo(sender, new MemoryClaimStore(10), body);
			expect({ sender: sender.name, body, status: answer.status }).toEqual({
				sender: sender.name,
				body,
				status: 400,
			});
		}
	}
});
