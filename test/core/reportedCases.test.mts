import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { createAddressGuard } from '../../lib/net/guard/addressGuard.ts';
import { eventsOf } from '../../lib/history/executionEvents.ts';
import { isGap } from '../../lib/history/storedEvent.ts';
import {
	standardWebhooksKeys,
	standardWebhooksVerdict,
} from '../../lib/standardWebhooks/verify.ts';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { CoreTrigger } from '../conformance/coreTrigger.mts';
import { CURRENT_SECRET, type ConformanceProvider, type Sent } from '../conformance/provider.mts';
import { euAtendo } from '../conformance/providers/euAtendo.mts';
import { inboxHub } from '../conformance/providers/inboxHub.mts';
import { waha } from '../conformance/providers/waha.mts';
import { yapeHmac } from '../conformance/providers/yape.mts';
import { bearer } from '../support/evolutionApi.mts';
import { sign } from '../support/inboxHub.mts';
import { wahaHeaders } from '../support/waha.mts';
import { signers } from '../support/yape.mts';

/** What a workflow sees of one delivery; `type`, `id` and `subject` are the envelope's, the rest is `data`. */
type Expected = Readonly<Record<string, unknown>>;

interface ReportedCase {
	readonly id: string;
	/** Where people met it. */
	readonly report: string;
	readonly via: string;
	readonly body?: IDataObject;
	/** Delivered one after the other. */
	readonly bodies?: readonly IDataObject[];
	readonly expect: Expected | readonly Expected[];
}

interface Sender {
	readonly provider: ConformanceProvider;
	readonly sign: (body: string) => Sent['headers'];
}

const SENDERS: Readonly<Record<string, Sender>> = {
	evolution: {
		provider: euAtendo,
		sign: () => ({ authorization: bearer(CURRENT_SECRET) }),
	},
	waha: { provider: waha, sign: (body) => wahaHeaders(body, CURRENT_SECRET) },
	inboxHub: {
		provider: inboxHub,
		sign: (body) => ({ 'x-webhook-signature': sign(body, CURRENT_SECRET) }),
	},
	yape: { provider: yapeHmac, sign: (body) => signers.hmac(body, CURRENT_SECRET) },
};

const FOLDER = join(CHECKOUT, 'test', 'cases');

const CASES = readdirSync(FOLDER)
	.filter((file) => file.endsWith('.json'))
	.flatMap((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as ReportedCase[]);

const casesVia = (via: string) =>
	CASES.filter((one) => one.via === via).map((one) => [one.id, one] as const);

function fieldOf(envelope: IDataObject, name: string): unknown {
	if (['type', 'id', 'subject'].includes(name)) return envelope[name];
	return (envelope.data as IDataObject)[name];
}

/** `{not}`: none of these, `{in}`: one of them, `{like}`: contains; anything else is to be equal. */
function expectValue(actual: unknown, wanted: unknown, name: string): void {
	const { not, in: among, like } = Object(wanted) as Record<string, unknown>;
	if (Array.isArray(not)) return expect(not, name).not.toContainEqual(actual);
	if (Array.isArray(among)) return expect(among, name).toContainEqual(actual);
	if (typeof like === 'string') return expect(actual, name).toContain(like);
	expect(actual, name).toEqual(wanted);
}

describe.each(Object.entries(SENDERS))('payloads that people posted, via %s', (via, sender) => {
	test.each(casesVia(via))('%s', async (_id, { body, bodies, expect: wanted }) => {
		const scene = await sender.provider.open();
		const trigger = await CoreTrigger.start(scene);
		try {
			for (const [index, one] of (bodies ?? [body]).entries()) {
				const before = trigger.events().length;
				const text = JSON.stringify(one);
				const answer = await trigger.send({ body: text, headers: sender.sign(text) });
				const expected = [wanted].flat()[index] as Expected;
				const { outcome = 'accepted', ...fields } = expected;
				expect(answer.status).toBeLessThan(300);
				const events = trigger.events().slice(before);
				expect(events.length, JSON.stringify(answer.json)).toBe(outcome === 'accepted' ? 1 : 0);
				for (const [name, value] of Object.entries(fields)) {
					expectValue(fieldOf(events[0] ?? {}, name), value, name);
				}
			}
		} finally {
			await trigger.close();
			await scene.close?.();
		}
	});
});

describe('secrets as people paste them', () => {
	test.each(casesVia('standardWebhooks'))('%s', (_id, { body, expect: wanted }) => {
		const { secret, signWith } = body as { secret: string; signWith: string };
		const receivedAt = new Date();
		const headers = {
			'webhook-id': 'msg_1',
			'webhook-timestamp': String(Math.floor(receivedAt.getTime() / 1000)),
			'webhook-signature': new Webhook(signWith).sign('msg_1', receivedAt, '{}'),
		};
		const delivery = {
			rawBody: Buffer.from('{}'),
			headers,
			query: {},
			remoteAddress: '',
			receivedAt,
		};
		const verdict = standardWebhooksVerdict(delivery, { keys: standardWebhooksKeys(secret) });
		expect(verdict).toMatchObject(wanted);
	});
});

describe('executions as n8n stored them', () => {
	test.each(casesVia('history'))('%s', (_id, { body, expect: wanted }) => {
		const entry = eventsOf((body as { execution: unknown }).execution);
		expect(Array.isArray(entry)).toBe(false);
		expect(!Array.isArray(entry) && isGap(entry) ? entry.reason : undefined).toBe(
			(wanted as { gap: string }).gap,
		);
	});
});

describe('names that lead to addresses', () => {
	test.each(casesVia('addressGuard'))('%s', async (_id, { body, expect: wanted }) => {
		const { host, addresses } = body as { host: string; addresses: string[] };
		const guard = createAddressGuard({
			allowHttp: false,
			allowedPrivate: [],
			resolve: async () =>
				addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
		});
		const refusal = await guard.check(`https://${host}/`);
		expect(refusal?.reason ?? null).toBe((wanted as { refused: string | null }).refused);
	});
});

test('every case is run', () => {
	const run = new Set([...Object.keys(SENDERS), 'standardWebhooks', 'history', 'addressGuard']);
	// Event ids of realtime servers: test/core/realtimeEventIds.test.mts.
	run.add('realtimeEventId');
	expect(CASES.length).toBeGreaterThan(50);
	expect(CASES.filter(({ via }) => !run.has(via)).map(({ id }) => id)).toEqual([]);
});
