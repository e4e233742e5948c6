import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { INodeExecutionData } from 'n8n-workflow';
import { COLUMNS } from '../../lib/subscriber/registryTable.ts';
import { sealCell } from '../../lib/subscriber/rows.ts';
import { WebhookNotifier } from '../../nodes/Notifier/WebhookNotifier.node.ts';
import { DataTablesStandIn, TABLE_SCOPES } from '../support/dataTables.mts';
import { runAction, type ActionInput, type ActionOutcome } from '../support/runAction.mts';
import { WebhookReceiver } from '../support/webhookReceiver.mts';

const API_KEY = 'n8n-api-key-0123456789';
const KEYS = { current: 'encryption-s3cret-of-the-credential', previous: [] };
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const TABLE = 'webhook_subscribers';
const DAY_MS = 86_400_000;

const EVENT = { type: 'order.paid', id: 'evt_1', source: '/shop', data: { total: '12.50' } };

let standIn: DataTablesStandIn;
let receiver: WebhookReceiver;
let baseUrl: string;

beforeEach(async () => {
	receiver = await WebhookReceiver.start();
	standIn = new DataTablesStandIn();
	standIn.scopes.set(API_KEY, TABLE_SCOPES);
	baseUrl = await standIn.start();
});
afterEach(async () => {
	await standIn.stop();
	await receiver.close();
});

/** Makes the table, with rows at the receiver's paths of their ids. */
function subscribers(
	rows: ReadonlyArray<{ subscriberId: string } & Record<string, unknown>>,
): void {
	const table = standIn.add(TABLE, COLUMNS);
	standIn.insert(
		table,
		rows.map((row) => ({ url: `${receiver.url}/${row.subscriberId}`, events: '*', ...row })),
	);
}

const row = (id: string) =>
	standIn.table(TABLE).rows.find(({ subscriberId }) => subscriberId === id);

async function run(items: object[], onError?: ActionInput['onError']): Promise<ActionOutcome> {
	return await runAction(new WebhookNotifier(), {
		items: items.map((json) => ({ json }) as INodeExecutionData),
		parameters: {
			operation: 'send',
			subscribersFrom: 'registry',
			dataTable: TABLE,
			body: 'cloudEvent',
			options: { allowHttp: true, allowedPrivateAddresses: '127.0.0.1', retryWithin: 0 },
		},
		credentials: {
			realtimeWebhooksN8nEventStoreApi: {
				baseUrl,
				apiKey: API_KEY,
				encryptionSecret: KEYS.current,
				previousEncryptionSecret: '',
			},
		},
		onError,
	});
}

const jsonOf = (outcome: ActionOutcome, output: number) =>
	(outcome.outputs[output] ?? []).map(({ json }) => json);

test('signs with the secret and, until its end, with the one before', async () => {
	const until = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
	const sealed = {
		secret: sealCell(SECRET, KEYS),
		previousSecret: sealCell(OLD_SECRET, KEYS),
	};
	subscribers([
		{ subscriberId: 'both', ...sealed, previousSecretUntil: until(1) },
		{ subscriberId: 'one', ...sealed, previousSecretUntil: until(-1) },
	]);
	const { stored } = await run([EVENT]);
	const accepts = (secret: string, path: string) => {
		const [delivery] = receiver.of(path);
		try {
			new Webhook(secret).verify(
				delivery?.body ?? '',
				(delivery?.headers ?? {}) as Record<string, string>,
			);
			return true;
		} catch {
			return false;
		}
	};
	expect([accepts(SECRET, '/both'), accepts(OLD_SECRET, '/both')]).toEqual([true, true]);
	expect([accepts(SECRET, '/one'), accepts(OLD_SECRET, '/one')]).toEqual([true, false]);
	for (const secret of [SECRET, OLD_SECRET, API_KEY, KEYS.current]) {
		expect(stored).not.toContain(secret.replace('whsec_', ''));
	}
});

test('a subscriber that only failed for 5 days is disabled, and an event says so', async () => {
	const since = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
	subscribers([
		{ subscriberId: 'six-days', failingSince: since(6) },
		{ subscriberId: 'four-days', failingSince: since(4) },
		{ subscriberId: 'new' },
		{ subscriberId: 'recovered', failingSince: since(6) },
	]);
	for (const id of ['six-days', 'four-days', 'new']) receiver.answer(`/${id}`, 500);
	const outcome = await run([EVENT]);
	expect(
		jsonOf(outcome, 1)
			.map(({ subscriberId }) => subscriberId)
			.sort(),
	).toEqual(['four-days', 'new', 'six-days']);
	expect(jsonOf(outcome, 2)).toMatchObject([
		{ type: 'webhook.subscriber.disabled', subject: 'six-days', data: { reason: 'failing' } },
	]);
	expect(row('six-days')).toMatchObject({ active: false, disabledReason: 'failing' });
	expect(row('four-days')).toMatchObject({ failingSince: expect.anything() as unknown });
	expect(row('four-days')?.active).not.toBe(false);
	expect(row('new')?.failingSince).toBeTruthy();
	expect(row('recovered')?.failingSince ?? null).toBeNull();

	receiver.received.length = 0;
	await run([{ ...EVENT, id: 'evt_2' }]);
	expect(receiver.of('/six-days')).toEqual([]);
	expect(receiver.of('/recovered')).toHaveLength(1);
});

test('a row that cannot be read is named, and the others get theirs', async () => {
	subscribers([
		{ subscriberId: 'bad', headers: '{"X-Token": ' },
		{ subscriberId: 'bad-and-paused', headers: '{', active: false },
		{ subscriberId: 'fine' },
	]);
	const outcome = await run([EVENT]);
	expect(jsonOf(outcome, 0)).toMatchObject([{ subscriberId: 'fine' }]);
	expect(jsonOf(outcome, 2)).toMatchObject([
		{ reason: 'subscriber_unreadable', subscriberId: 'bad' },
	]);
	expect(jsonOf(outcome, 2)[0]?.message).toMatch(/headers/);
});

test('deliveries are told although the registry cannot be written', async () => {
	subscribers([{ subscriberId: 'gone' }, { subscriberId: 'fine' }]);
	receiver.answer('/gone', 410);
	standIn.scopes.set(
		API_KEY,
		TABLE_SCOPES.filter((scope) => scope !== 'dataTableRow:update'),
	);
	const outcome = await run([EVENT]);
	expect(outcome.error).toBeUndefined();
	expect(jsonOf(outcome, 0)).toMatchObject([{ subscriberId: 'fine' }]);
	expect(jsonOf(outcome, 2)).toMatchObject([
		{ subscriberId: 'gone', reason: 'status_410' },
		{ type: 'webhook.subscriber.disabled' },
	]);
	expect(outcome.stored).toMatch(/could not be saved in the registry/);
});

test('without a registry nothing is sent, and nothing looks as if it had been', async () => {
	const { error } = await run([EVENT]);
	expect(error?.message).toMatch(/no data table 'webhook_subscribers'/);
	const outcome = await run([EVENT], 'continueRegularOutput');
	expect(outcome.outputs.map(({ length }) => length)).toEqual([0, 0, 1]);
	expect(jsonOf(outcome, 2)).toMatchObject([
		{ outcome: 'gaveUp', reason: 'not_attempted', item: EVENT },
	]);
});

test('many executions at once ask for the registry a few times, and each gets what is there', async () => {
	subscribers([{ subscriberId: 'fine' }]);
	const items = Array.from({ length: 20 }, (_, index) => ({ ...EVENT, id: `evt_${index}` }));
	const outcomes = await Promise.all(items.map(async (item) => await run([item])));
	expect(outcomes.flatMap((outcome) => jsonOf(outcome, 0))).toHaveLength(20);
	expect(new Set(receiver.of('/fine').map(({ headers }) => headers['webhook-id'])).size).toBe(20);
});
