import type { IDataObject } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { APP, Soketi } from '../support/soketi.mts';
import { RunningTrigger } from '../support/socketIoTrigger.mts';
import {
	NOTIFIER_TOKEN,
	OTHER_NOTIFIER_TOKEN,
	YapeNotifierStandIn,
} from '../support/yapeNotifier.mts';

describe('Realtime Trigger, preset Yape Notifier, against soketi and the server’s API', () => {
	let soketi: Soketi;
	let notifier: YapeNotifierStandIn;
	let baseUrl: string;
	let trigger: RunningTrigger | undefined;

	beforeAll(async () => {
		soketi = await Soketi.start();
	});
	afterAll(async () => await soketi?.stop());
	beforeEach(async () => {
		notifier = new YapeNotifierStandIn(APP);
		notifier.takesTokens = true;
		baseUrl = await notifier.start();
	});
	afterEach(async () => {
		await trigger?.close();
		trigger = undefined;
		await notifier.stop();
	});

	/** The app's secret is not in the credential: the user of a shop does not have it. */
	const start = async (
		options: {
			token?: string;
			commerceId?: string;
			staticData?: IDataObject;
			failing?: () => boolean;
			reportGaps?: boolean;
			workflowId?: string;
		} = {},
	) => {
		const { token = NOTIFIER_TOKEN, commerceId = '5', staticData, failing } = options;
		const { reportGaps = false, workflowId } = options;
		trigger = await RunningTrigger.start({
			parameters: {
				transport: 'pusher',
				preset: 'yapeNotifier',
				commerceId,
				events: 'yape.payment.*, realtime.gap',
				options: { reportGaps },
			},
			credentialType: 'realtimeWebhooksPusherApi',
			credential: { ...soketi.credential, secret: '' },
			moreCredentials: { realtimeWebhooksYapeNotifierApi: { baseUrl, token } },
			...(staticData === undefined ? {} : { staticData }),
			...(workflowId === undefined ? {} : { workflowId }),
			run: async () => {
				if (failing?.() === true) throw new Error('the database is full');
			},
		});
		return trigger;
	};

	const broadcast = async (record: object) =>
		void (await soketi.pusher.trigger('private-commerce.5', 'notification.created', record));

	const amounts = ({ events }: RunningTrigger) => events.map(({ data }) => data.amount);

	test('a notification is a payment, as the Yape Trigger tells it', async () => {
		const running = await start();
		await broadcast(notifier.store('50'));
		await running.until(() => running.events.length === 1);
		expect(running.events).toMatchObject([
			{
				type: 'yape.payment.received',
				source: '/yape/9',
				verification: 'connection',
				data: { amount: '50.00', amountCents: 5000, currency: 'PEN', payerName: 'JUAN PEREZ' },
			},
		]);
		expect(notifier.calls).toContain('POST /broadcasting/auth');
		expect(running.shown).not.toContain(NOTIFIER_TOKEN);
	});

	test('copies of one record are one event, and what is no payment is not selected', async () => {
		const running = await start();
		const record = notifier.store('10');
		await Promise.all([1, 2, 3, 4].map(async () => await broadcast(record)));
		await broadcast({ ...notifier.store('99'), body: 'Yapea y gana hasta S/ 99' });
		await broadcast(notifier.store('11'));
		await running.until(() => running.events.length === 2);
		expect(amounts(running)).toEqual(['10.00', '11.00']);
	});

	test('what looks like money and is not understood is told, without names and amounts', async () => {
		const running = await start({ workflowId: 'looks-like-money' });
		await broadcast({ ...notifier.store('99'), body: 'ROSA CAMPOS te regresó S/ 99' });
		await running.until(() => running.log.length > 0);
		expect(running.log[0]?.message).toMatch(/looks like money .*"Xxx .* te Xxx S\/ #"/);
		expect(running.events).toEqual([]);
	});

	test('what was missed while the server was away comes after the reconnect, in order, once', async () => {
		notifier.store('1');
		const running = await start();
		await broadcast(notifier.store('2'));
		await running.until(() => running.events.length === 1);
		await soketi.kill();
		for (const soles of ['3', '4', '5', '6', '7']) notifier.store(soles);
		await soketi.run();
		await running.until(() => running.events.length === 6);
		await broadcast(notifier.records[6] ?? {});
		await broadcast(notifier.store('8'));
		await running.until(() => amounts(running).includes('8.00'));
		expect(amounts(running)).toEqual(['2.00', '3.00', '4.00', '5.00', '6.00', '7.00', '8.00']);
		const log = running.log.map(({ message }) => message).join('\n');
		expect(log).not.toContain('nothing was missed');
		expect(log).toMatch(/lost|missed/);
		expect(running.errors).toEqual([]);
	});

	test('after a restart of n8n it goes on behind the last one that was stored', async () => {
		const staticData: IDataObject = {};
		let failing = false;
		const first = await start({ staticData, failing: () => failing });
		await broadcast(notifier.store('1'));
		await first.until(() => first.events.length === 1);
		failing = true;
		await broadcast(notifier.store('2'));
		await first.until(() => first.events.length === 2);
		failing = false;
		await broadcast(notifier.store('3'));
		await first.until(() => first.events.length === 3);
		await first.close();
		notifier.store('4');

		const second = await start({ staticData });
		await second.until(() => second.events.length === 3);
		expect(amounts(second), 'the one that was not stored comes again').toEqual([
			'2.00',
			'3.00',
			'4.00',
		]);
		expect(second.keys.slice(1, 2), 'n8n knows by the key what it has').toEqual(
			first.keys.slice(2),
		);
	});

	test('a wrong token and a foreign shop fail the activation, and say what to do', async () => {
		await expect(start({ token: 'wrong-token' })).rejects.toThrow(/401/);
		await expect(start({ commerceId: '6' })).rejects.toThrow(/403|private-commerce\.6/);
		await expect(start({ commerceId: '' })).rejects.toThrow("'Commerce ID'");
	});

	test('the published server does not look at tokens, and that is said', async () => {
		notifier.takesTokens = false;
		const failure = await start().catch((error: Error & { description?: string }) => error);
		expect(`${String(failure)} ${'description' in failure ? failure.description : ''}`).toMatch(
			/403.*auth:sanctum/s,
		);
	});

	test('an API that is down for a moment is asked again', async () => {
		const running = await start();
		await broadcast(notifier.store('1'));
		await running.until(() => running.events.length === 1);
		await soketi.kill();
		notifier.fault = 500;
		notifier.store('2');
		await soketi.run();
		const asked = notifier.calls.length;
		await expect.poll(() => notifier.calls.length).toBeGreaterThan(asked + 1);
		notifier.fault = undefined;
		await running.until(() => running.events.length === 2);
		expect(amounts(running)).toEqual(['1.00', '2.00']);
	});

	describe('two users of a shop with a phone each, and a server that is away for a moment', () => {
		const logOf = ({ log }: RunningTrigger) => log.map(({ message }) => message).join('\n');
		const gapsOf = ({ events }: RunningTrigger) =>
			events.filter(({ type }) => type === 'realtime.gap').map(({ data }) => data);
		const payments = ({ events }: RunningTrigger) =>
			events.filter(({ type }) => type === 'yape.payment.received').map(({ data }) => data.amount);

		/** Both phones' payments are stored while nobody listens. */
		const interrupt = async (running: RunningTrigger, heard: number) => {
			await soketi.kill();
			notifier.store('10', 'ROSA CAMPOS', undefined, 3);
			notifier.store('20', 'LUIS SOTO', undefined, 4);
			await soketi.run();
			await running.until(() => gapsOf(running).length === 1 && payments(running).length >= heard);
		};

		test('with the token of one, only that one’s comes back, and the gap is told', async () => {
			const running = await start({ reportGaps: true });
			await interrupt(running, 1);
			expect(payments(running)).toEqual(['10.00']);
			expect(gapsOf(running)).toMatchObject([
				{ madeUpFor: { notifications: 1, users: ['3'] }, usersMissing: [] },
			]);
			expect(logOf(running)).not.toContain('nothing was missed');
			expect(logOf(running)).toMatch(/1 notification of user 3 .*other users.* are lost/);
		});

		test('a user that was heard and has no token here is named', async () => {
			const running = await start({ reportGaps: true });
			await broadcast(notifier.store('1', 'EVA RIOS', undefined, 4));
			await running.until(() => payments(running).length === 1);
			await interrupt(running, 2);
			expect(payments(running)).toEqual(['1.00', '10.00']);
			expect(gapsOf(running)).toMatchObject([{ usersMissing: ['4'] }]);
			expect(logOf(running)).toMatch(
				/notifications from phones of user 4 in the meantime are lost/,
			);
		});

		test.each([
			['a comma', ', '],
			['a line break', '\n'],
		])('with both tokens, apart by %s, both come back, once', async (_name, separator) => {
			const token = [NOTIFIER_TOKEN, OTHER_NOTIFIER_TOKEN, NOTIFIER_TOKEN].join(separator);
			const running = await start({ token, reportGaps: true });
			await broadcast(notifier.store('1', 'EVA RIOS', undefined, 4));
			await running.until(() => payments(running).length === 1);
			await interrupt(running, 3);
			expect(payments(running)).toEqual(['1.00', '10.00', '20.00']);
			expect(gapsOf(running)).toMatchObject([
				{ madeUpFor: { notifications: 2, users: ['3', '4'] }, usersMissing: [] },
			]);
			expect(logOf(running)).toMatch(/2 notifications of users 3 and 4 /);
			expect(logOf(running)).not.toContain('nothing was missed');
			expect(running.shown).not.toMatch(/must-not-be-shown/);
		});

		test('a token that is refused is told by its place, and the others are asked', async () => {
			notifier.users.delete(OTHER_NOTIFIER_TOKEN);
			const token = `${NOTIFIER_TOKEN},${OTHER_NOTIFIER_TOKEN}`;
			const running = await start({ token, reportGaps: true });
			await interrupt(running, 1);
			expect(payments(running)).toEqual(['10.00']);
			expect(logOf(running)).toMatch(/Token 2 of 2 .*401/);
			expect(running.shown).not.toMatch(/must-not-be-shown/);
			expect(running.errors).toEqual([]);
		});

		test('after a restart of n8n too it is said whose payments were made up for', async () => {
			const staticData: IDataObject = {};
			const first = await start({ staticData });
			await broadcast(notifier.store('1'));
			await first.until(() => first.events.length === 1);
			await first.close();
			notifier.store('2');
			const second = await start({ staticData });
			await second.until(() => second.events.length === 1);
			expect(logOf(second)).toMatch(/1 notification of user 3 .*other users.* are lost/);
		});
	});
});
