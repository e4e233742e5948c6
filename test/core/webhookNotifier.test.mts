import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ICredentialDataDecryptedObject, INodeExecutionData } from 'n8n-workflow';
import { WebhookNotifier } from '../../nodes/Notifier/WebhookNotifier.node.ts';
import { runAction, type ActionInput, type ActionOutcome } from '../support/runAction.mts';
import { WebhookReceiver } from '../support/webhookReceiver.mts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;

const EVENT = {
	specversion: '1.0',
	id: 'evt_1',
	source: '/kometia/shop',
	type: 'kometia.order.created',
	time: '2026-11-22T09:00:00.000Z',
	datacontenttype: 'application/json',
	data: { total: '12.50', customer: 'Lucía 🎉' },
};

let receiver: WebhookReceiver;
beforeEach(async () => {
	receiver = await WebhookReceiver.start();
});
afterEach(async () => {
	await receiver.close();
});

interface Setup {
	readonly subscribers?: unknown;
	readonly parameters?: object;
	readonly options?: object;
	readonly credentials?: Record<string, ICredentialDataDecryptedObject>;
	readonly onError?: ActionInput['onError'];
}

async function run(items: object[], setup: Setup = {}): Promise<ActionOutcome> {
	const outcome = await runAction(new WebhookNotifier(), {
		items: items.map((json) => ({ json }) as INodeExecutionData),
		parameters: {
			operation: 'send',
			subscribersFrom: 'list',
			subscribers: (setup.subscribers ?? [
				{ id: 'a', url: `${receiver.url}/a`, secret: SECRET },
			]) as string,
			subscriberIds: '',
			body: 'cloudEvent',
			...setup.parameters,
			options: {
				allowHttp: true,
				allowedPrivateAddresses: '127.0.0.1',
				retryWithin: 0,
				...setup.options,
			},
		},
		credentials: setup.credentials ?? {},
		onError: setup.onError,
	});
	return outcome;
}

const jsonOf = (outcome: ActionOutcome, output: number) =>
	(outcome.outputs[output] ?? []).map(({ json }) => json);

describe('what is sent', () => {
	test('a CloudEvent, signed so that the reference library accepts it', async () => {
		const outcome = await run([EVENT]);
		const [delivered] = jsonOf(outcome, 0);
		expect(delivered).toMatchObject({
			outcome: 'delivered',
			subscriberId: 'a',
			attempt: 1,
			requests: 1,
			response: { status: 200, body: 'ok', truncated: false },
			event: EVENT,
		});
		const [got] = receiver.received;
		expect(got?.headers['content-type']).toMatch(/^application\/cloudevents\+json/);
		expect(got?.headers['webhook-id']).toBe(delivered?.webhookId);
		const headers = got?.headers as Record<string, string>;
		expect(new Webhook(SECRET).verify(got?.body ?? '', headers)).toEqual(EVENT);
		expect(() => new Webhook(OTHER_SECRET).verify(got?.body ?? '', headers)).toThrow();
		expect(outcome.outputs.map(({ length }) => length)).toEqual([1, 0, 0]);
	});

	test('event and payload, as the document has it', async () => {
		await run([EVENT], { parameters: { body: 'eventAndPayload' } });
		expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual({
			event: EVENT.type,
			payload: EVENT.data,
		});
	});

	test('a CloudEvent goes as plain JSON to a subscriber that wants it so', async () => {
		const subscribers = [
			{ id: 'a', url: `${receiver.url}/a`, secret: SECRET, contentType: 'application/json' },
			{ id: 'b', url: `${receiver.url}/b`, secret: SECRET },
		];
		await run([EVENT], { subscribers });
		const [json, cloudEvent] = [receiver.of('/a')[0], receiver.of('/b')[0]];
		expect(json?.headers['content-type']).toBe('application/json');
		expect(cloudEvent?.headers['content-type']).toBe('application/cloudevents+json');
		expect(json?.body).toBe(cloudEvent?.body);
		const headers = json?.headers as Record<string, string>;
		expect(new Webhook(SECRET).verify(json?.body ?? '', headers)).toEqual(EVENT);
		const wrong = [{ url: `${receiver.url}/a`, contentType: 'text/html' }];
		const [unreadable] = jsonOf(await run([EVENT], { subscribers: wrong }), 2);
		expect(unreadable?.message).toContain("has a 'contentType' that is not one of");
	});

	test('what is no CloudEvent keeps its content type', async () => {
		const contentType = 'application/cloudevents+json';
		const subscribers = [{ url: `${receiver.url}/a`, secret: SECRET, contentType }];
		await run([EVENT], { subscribers, parameters: { body: 'eventAndPayload' } });
		expect(receiver.received[0]?.headers['content-type']).toBe('application/json');
	});

	test('a subscriber may leave out the first part of a type', async () => {
		const [, ...words] = String(EVENT.type).split('.');
		const events = `${words[0]}.*`;
		await run([EVENT], { subscribers: [{ url: `${receiver.url}/a`, secret: SECRET, events }] });
		expect(receiver.received).toHaveLength(1);
	});

	test('a filter that would take too long sends nothing, and says so', async () => {
		const subscribers = [
			{ id: 'a', url: `${receiver.url}/a`, secret: SECRET, filter: { 'data.text': '*x*' } },
		];
		const event = { ...EVENT, data: { text: 'y'.repeat(300_000) } };
		const outcome = await run([event], { subscribers });
		expect(receiver.received).toEqual([]);
		expect(jsonOf(outcome, 2)).toMatchObject([
			{ outcome: 'gaveUp', subscriberId: 'a', reason: 'filter_too_costly' },
		]);
	});

	test("the item's own JSON, whatever else it holds", async () => {
		const item = { type: 'order.paid', data: { id: 7 }, note: 'kept' };
		await run([item], { parameters: { body: 'item' } });
		expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual(item);
	});

	test('a subscriber without a secret of its own is signed for by the credential, with both secrets', async () => {
		const realtimeWebhooksStandardWebhooksApi = { secret: SECRET, previousSecret: OTHER_SECRET };
		await run([EVENT], {
			subscribers: [{ url: `${receiver.url}/a` }],
			credentials: { realtimeWebhooksStandardWebhooksApi },
		});
		const [got] = receiver.received;
		const headers = got?.headers as Record<string, string>;
		for (const secret of [SECRET, OTHER_SECRET]) {
			expect(new Webhook(secret).verify(got?.body ?? '', headers)).toEqual(EVENT);
		}
	});

	test('the same event gets the same webhook-id for a subscriber in every run, another for another', async () => {
		const subscribers = ['a', 'b'].map((id) => ({ id, url: `${receiver.url}/${id}` }));
		await run([EVENT], { subscribers });
		await run([EVENT], { subscribers });
		const ids = (path: string) => receiver.of(path).map(({ headers }) => headers['webhook-id']);
		expect(new Set(ids('/a')).size).toBe(1);
		expect(new Set([...ids('/a'), ...ids('/b')]).size).toBe(2);
	});

	test('secrets are in nothing that n8n stores', async () => {
		receiver.answers.set('/a', (response) => response.end(`you sent ${SECRET}`));
		const { stored } = await run([EVENT], {
			subscribers: `={{ [{ id: 'a', url: '${receiver.url}/a?token=qu3ry' }] }}`,
			credentials: {
				realtimeWebhooksStandardWebhooksApi: { secret: SECRET, previousSecret: OTHER_SECRET },
			},
		});
		expect(stored).toContain('"delivered"');
		expect(stored).not.toContain(SECRET.slice(6));
		expect(stored).not.toContain(OTHER_SECRET.slice(6));
	});
});

describe('who gets it', () => {
	test('those whose events and filter fit, and that are active', async () => {
		const wanting = (id: string, more: object) => ({ id, url: `${receiver.url}/${id}`, ...more });
		await run([EVENT], {
			subscribers: [
				wanting('all', {}),
				wanting('star', { events: 'kometia.*' }),
				wanting('other', { events: ['kometia.order.paid'] }),
				wanting('paused', { active: false }),
				wanting('filter', { filter: { 'data.total': '12.50' } }),
				wanting('nofilter', { filter: { 'data.total': '1' } }),
			],
		});
		expect(receiver.received.map(({ path }) => path).sort()).toEqual(['/all', '/filter', '/star']);
	});

	test('each item its own list, where the list comes from the item', async () => {
		const item = (id: string) => ({
			...EVENT,
			id,
			subscribers: [{ id, url: `${receiver.url}/${id}` }],
		});
		const again = { ...item('one'), id: 'three' };
		await run([item('one'), item('two'), again], { subscribers: '={{ $json.subscribers }}' });
		const got = receiver.received.map(({ path, body }) => [path, JSON.parse(body).id]);
		expect(got.sort()).toEqual([
			['/one', 'one'],
			['/one', 'three'],
			['/two', 'two'],
		]);
	});

	test('an entry that cannot be read is named, and the others get theirs', async () => {
		const outcome = await run([EVENT], {
			subscribers: [
				{ id: 'bad', url: 'ftp://x.example' },
				{ id: 'a', url: `${receiver.url}/a` },
			],
		});
		expect(receiver.of('/a')).toHaveLength(1);
		expect(jsonOf(outcome, 2)).toEqual([
			expect.objectContaining({
				outcome: 'gaveUp',
				reason: 'subscriber_unreadable',
				subscriberId: 'bad',
				message: expect.stringContaining("'url'") as string,
			}),
		]);
	});

	test('an address that is not public is refused without a request', async () => {
		const outcome = await run([EVENT], { options: { allowedPrivateAddresses: '' } });
		expect(receiver.received).toEqual([]);
		const refused = [...jsonOf(outcome, 1), ...jsonOf(outcome, 2)];
		expect(refused).toEqual([
			expect.objectContaining({
				requests: 0,
				message: expect.stringContaining('127.0.0.1') as string,
			}),
		]);
	});

	test('http is refused unless it is allowed', async () => {
		const outcome = await run([EVENT], { options: { allowHttp: false } });
		expect(receiver.received).toEqual([]);
		expect(jsonOf(outcome, 0)).toEqual([]);
	});
});

describe('what fails', () => {
	test('waits, and comes back as the same delivery with one attempt more', async () => {
		receiver.answer('/a', 503, { 'retry-after': '120' });
		const before = Date.now();
		const first = await run([EVENT]);
		const [waiting] = jsonOf(first, 1);
		expect(waiting).toMatchObject({ outcome: 'retryLater', attempt: 1, reason: 'status_503' });
		expect(Date.parse(String(waiting?.nextAttemptAt))).toBeGreaterThanOrEqual(before + 120_000);
		expect(waiting?.message).toMatch(/503/);

		receiver.answers.clear();
		const second = await run([waiting as object]);
		expect(jsonOf(second, 0)).toMatchObject([{ outcome: 'delivered', attempt: 2 }]);
		const [one, two] = receiver.of('/a');
		expect(two?.headers['webhook-id']).toBe(one?.headers['webhook-id']);
		expect(two?.body).toBe(one?.body);
		expect(jsonOf(second, 0)[0]?.firstAttemptAt).toBe(waiting?.firstAttemptAt);
	});

	test.each([
		['a short schedule', { retrySchedule: '5s' }, {}],
		['a short Retry-After', {}, { 'retry-after': '20' }],
		['Retry-After of a minute', {}, { 'retry-after': '60' }],
	])('waits where a shutdown does not lose it: %s', async (_name, options, headers) => {
		receiver.answer('/a', 503, headers);
		const [waiting] = jsonOf(await run([EVENT], { options }), 1);
		const waitMs = Date.parse(String(waiting?.nextAttemptAt)) - Date.now();
		// n8n's Wait node writes to the database what is 65 seconds ahead or more.
		expect(waitMs).toBeGreaterThan(66_000);
		expect(waitMs).toBeLessThan(80_000);
	});

	test('is given up after the last wait of the schedule', async () => {
		receiver.answer('/a', 500);
		let item: object = EVENT;
		const options = { retrySchedule: '1s, 1s' };
		for (let attempt = 1; attempt <= 2; attempt += 1) {
			[item = {}] = jsonOf(await run([item], { options }), 1);
			expect(item).toMatchObject({ attempt });
		}
		const last = await run([item], { options });
		expect(jsonOf(last, 1)).toEqual([]);
		expect(jsonOf(last, 2)).toMatchObject([
			{ outcome: 'gaveUp', attempt: 3, reason: 'status_500' },
		]);
	});

	test('410 disables the subscriber, and an event says so', async () => {
		receiver.answer('/a', 410);
		const [gaveUp, disabled] = jsonOf(await run([EVENT]), 2);
		expect(gaveUp).toMatchObject({ outcome: 'gaveUp', reason: 'status_410' });
		expect(disabled).toMatchObject({
			specversion: '1.0',
			type: 'webhook.subscriber.disabled',
			subject: 'a',
			data: { subscriberId: 'a', reason: 'gone' },
		});
	});

	test('a redirect is not followed', async () => {
		receiver.answer('/a', 302, { location: `${receiver.url}/elsewhere` });
		const outcome = await run([EVENT]);
		expect(receiver.of('/elsewhere')).toEqual([]);
		expect(jsonOf(outcome, 1)).toMatchObject([{ reason: 'status_302' }]);
	});

	test('a delivery whose subscriber is gone, or paused since, is given up in words', async () => {
		receiver.answer('/a', 500);
		const [waiting = {}] = jsonOf(await run([EVENT]), 1);
		for (const [subscribers, reason] of [
			[[{ id: 'b', url: `${receiver.url}/b` }], 'subscriber_not_found'],
			[[{ id: 'a', url: `${receiver.url}/a`, active: false }], 'subscriber_inactive'],
		]) {
			const outcome = await run([waiting], { subscribers });
			expect(jsonOf(outcome, 2)).toMatchObject([{ outcome: 'gaveUp', reason, subscriberId: 'a' }]);
		}
		expect(receiver.received).toHaveLength(1);
	});

	test('short faults are tried again inside the node, within the budget', async () => {
		receiver.answers.set('/a', (response) =>
			response.writeHead(receiver.received.length < 2 ? 503 : 200).end(),
		);
		const outcome = await run([EVENT], { options: { retryWithin: 20 } });
		expect(jsonOf(outcome, 0)).toMatchObject([{ outcome: 'delivered', attempt: 1, requests: 2 }]);
	});
});

describe('resending', () => {
	const subscribers = () => ['a', 'b'].map((id) => ({ id, url: `${receiver.url}/${id}` }));
	const resend = { operation: 'resend' };

	test("takes Event History's items, to all that want the event", async () => {
		const item = { event: EVENT, executionId: '12', workflowId: 'w', status: 'error' };
		await run([item], { subscribers: subscribers(), parameters: resend });
		expect(receiver.received.map(({ path }) => path).sort()).toEqual(['/a', '/b']);
		expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual(EVENT);
	});

	test('n8n lists a Custom API Call too, which is no resend and sends nothing', async () => {
		const parameters = { operation: '__CUSTOM_API_CALL__' };
		const { error } = await run([EVENT], { subscribers: subscribers(), parameters });
		expect(error).toMatchObject({
			message: "'Operation' is not supported by this node",
			description: 'Choose Send or Resend.',
		});
		expect(receiver.received).toEqual([]);
	});

	test('goes to one subscriber, with the id that the first delivery had', async () => {
		await run([EVENT], { subscribers: subscribers() });
		await run([EVENT], {
			subscribers: subscribers(),
			parameters: { ...resend, subscriberIds: 'b' },
		});
		expect(receiver.of('/a')).toHaveLength(1);
		const [one, two] = receiver.of('/b');
		expect(two?.headers['webhook-id']).toBe(one?.headers['webhook-id']);
	});

	test.each(['={{ $json.no.such }}', '={{ [] }}'])(
		'goes to nobody where %s was to choose the subscribers',
		async (subscriberIds) => {
			const parameters = { ...resend, subscriberIds };
			const { error } = await run([EVENT], { subscribers: subscribers(), parameters });
			expect(error?.message).toContain("'Subscriber IDs' is empty. Check the expression");
			expect(receiver.received).toEqual([]);
		},
	);

	test('says where the chosen subscriber is not there', async () => {
		const outcome = await run([EVENT], { parameters: { ...resend, subscriberIds: 'nobody' } });
		expect(jsonOf(outcome, 2)).toMatchObject([{ reason: 'subscriber_not_found' }]);
	});
});

describe('bad input', () => {
	test('a form of the body that there is not', async () => {
		const { error } = await run([EVENT], { parameters: { body: '={{ "json" }}' } });
		expect(error?.message).toBe("'Body' is not one of its choices");
		expect(receiver.received).toEqual([]);
	});

	test('an item that is no event stops the node before anything is sent', async () => {
		const { error } = await run([EVENT, { hello: 'world' }]);
		expect(error?.message).toMatch(/type.*item 1/s);
		expect(receiver.received).toEqual([]);
	});

	test('with Continue on Fail it is given up, and the others are sent', async () => {
		const outcome = await run([EVENT, { hello: 'world' }], { onError: 'continueRegularOutput' });
		expect(jsonOf(outcome, 0)).toHaveLength(1);
		expect(jsonOf(outcome, 2)).toMatchObject([
			{ outcome: 'gaveUp', reason: 'event_unreadable', item: { hello: 'world' } },
		]);
	});

	test('a list that is none is told by its name', async () => {
		const { error } = await run([EVENT], { subscribers: '={{ $json.nothing }}' });
		expect(error?.message).toBe("'Subscribers' is not a list of subscribers");
	});

	test.each([
		['retrySchedule', 'soon', /Retry Schedule/],
		['concurrency', 0, /Concurrency/],
		['timeout', 'x', /Timeout/],
		['allowedPrivateAddresses', '10.0.0.0/99', /Allowed Private Addresses/],
	])('the option %s with %j is refused by its label', async (name, value, message) => {
		const { error } = await run([EVENT], { options: { [name]: value } });
		expect(error?.message).toMatch(message);
	});

	test('signing with a private key needs one', async () => {
		const { error } = await run([EVENT], { options: { signAsymmetric: true } });
		expect(error?.message).toMatch(/'Private Key'/);
	});
});
