import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Server } from 'socket.io';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RAILS_PACKAGES, railsIsInstalled, RailsServer } from '../support/rails.mts';
import { RedisServer } from '../support/redisServer.mts';
import { RunningTrigger, type TriggerInput } from '../support/socketIoTrigger.mts';
import { APP, Soketi } from '../support/soketi.mts';
import { createProxy, type TcpProxy } from '../support/tcpProxy.mts';
import { NOTIFIER_TOKEN, YapeNotifierStandIn } from '../support/yapeNotifier.mts';

const CUT_MS = 90_000;

/** A trigger behind a proxy, and how its server sends the event with a number. */
interface Line {
	readonly trigger: RunningTrigger;
	readonly proxy: TcpProxy;
	send(number: number): Promise<unknown>;
	/** Numbers of the events so far, in order. */
	heard(): unknown[];
}

describe.skipIf(!railsIsInstalled)(`a bad network (needs the packages ${RAILS_PACKAGES})`, () => {
	const closers: Array<() => Promise<unknown>> = [];
	let soketi: Soketi;
	let rails: RailsServer;
	let io: Server;
	let ioPort = 0;
	let notifier: YapeNotifierStandIn;
	let notifierUrl = '';

	beforeAll(async () => {
		soketi = await Soketi.start();
		closers.push(async () => await soketi.kill());
		const redis = await RedisServer.start();
		closers.push(async () => await redis.stop());
		rails = await RailsServer.start(redis.url);
		closers.push(async () => await rails.stop());
		const http = createServer();
		io = new Server(http, { connectionStateRecovery: { maxDisconnectionDuration: 300_000 } });
		await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
		ioPort = (http.address() as AddressInfo).port;
		closers.push(async () => await io.close());
		notifier = new YapeNotifierStandIn(APP);
		notifier.takesTokens = true;
		notifierUrl = await notifier.start();
		closers.push(async () => await notifier.stop());
	}, 900_000);
	afterAll(async () => {
		for (const close of closers.reverse()) await close();
	});

	async function line(
		port: number,
		input: (port: number) => TriggerInput,
		send: Line['send'],
		numberOf = (payload: unknown): unknown => (payload as { n?: unknown }).n,
	): Promise<Line> {
		const proxy = await createProxy(port);
		closers.push(async () => await proxy.close());
		const trigger = await RunningTrigger.start(input(proxy.port));
		closers.push(async () => await trigger.close());
		const heard = () => trigger.events.map(({ data }) => numberOf(data.payload ?? data));
		return { trigger, proxy, send, heard };
	}

	const pusher = async () =>
		await line(
			soketi.port,
			(port) => ({
				parameters: {
					transport: 'pusher',
					preset: 'none',
					channels: 'news',
					events: '*',
					options: {},
				},
				credentialType: 'realtimeWebhooksPusherApi',
				credential: { ...soketi.credential, port },
			}),
			async (n) => await soketi.pusher.trigger('news', 'number', { n }),
		);
	const yape = async () =>
		await line(
			soketi.port,
			(port) => ({
				parameters: {
					transport: 'pusher',
					preset: 'yapeNotifier',
					commerceId: '5',
					events: '*',
					options: {},
				},
				credentialType: 'realtimeWebhooksPusherApi',
				credential: { ...soketi.credential, port, secret: '' },
				moreCredentials: {
					realtimeWebhooksYapeNotifierApi: { baseUrl: notifierUrl, token: NOTIFIER_TOKEN },
				},
			}),
			async (n) => {
				const record = notifier.store(String(n));
				await soketi.pusher.trigger('private-commerce.5', 'notification.created', record);
			},
			(data) => Number((data as { amountCents?: unknown }).amountCents) / 100,
		);
	const actionCable = async () =>
		await line(
			rails.port,
			(port) => ({
				parameters: {
					transport: 'actionCable',
					channels: 'WebhookChannel',
					events: '*',
					options: {},
				},
				credentialType: 'realtimeWebhooksActionCableApi',
				credential: {
					url: `ws://127.0.0.1:${port}/cable?token=ana`,
					origin: `http://127.0.0.1:${port}`,
					headers: '',
				},
			}),
			async (n) => await rails.broadcast('webhooks', { event: 'number', payload: { n } }),
		);
	const socketIo = async () =>
		await line(
			ioPort,
			(port) => ({
				parameters: { transport: 'socketIo', namespace: '/', events: '*', options: {} },
				credential: { url: `http://127.0.0.1:${port}`, path: '/socket.io', auth: '', headers: '' },
			}),
			async (n) => io.emit('number', { n }),
		);

	test(
		'cut for 90 seconds: all come back; what has a history has it all, the others say what is lost',
		{ timeout: 400_000 },
		async () => {
			const lines = await Promise.all([pusher(), actionCable(), socketIo(), yape()]);
			for (const one of lines) {
				await one.send(1);
				await one.trigger.until(() => one.heard().length === 1);
			}
			for (const { proxy } of lines) proxy.cut();
			await sleep(CUT_MS / 2);
			for (const one of lines) await one.send(2);
			await sleep(CUT_MS / 2);
			for (const { proxy } of lines) proxy.restore();
			const [news, cable, sockets, payments] = await Promise.all(
				lines.map(async (one) => {
					const { trigger } = one;
					await trigger.until(() =>
						trigger.log.some(({ message }) => message.includes('connected again')),
					);
					await one.send(3);
					await trigger.until(() => one.heard().includes(3));
					expect(trigger.errors).toEqual([]);
					const lost = trigger.log.some(({ message }) => /are lost,? because/.test(message));
					return { heard: one.heard(), lost };
				}),
			);
			expect(news).toEqual({ heard: [1, 3], lost: true });
			expect(cable).toEqual({ heard: [1, 3], lost: true });
			expect(sockets).toEqual({ heard: [1, 2, 3], lost: false });
			// Its list shows the token's user alone: what other users' phones sent is said to be lost.
			expect(payments).toEqual({ heard: [1, 2, 3], lost: true });
		},
	);

	test(
		'executions that do not end: 10,000 events come all the same, once each, in bounded memory',
		{ timeout: 300_000 },
		async () => {
			let release = () => {};
			const gate = new Promise<void>((resolve) => (release = resolve));
			const trigger = await RunningTrigger.start({
				parameters: { transport: 'socketIo', namespace: '/', events: '*', options: {} },
				credential: {
					url: `http://127.0.0.1:${ioPort}`,
					path: '/socket.io',
					auth: '',
					headers: '',
				},
				run: async () => await gate,
			});
			closers.push(async () => await trigger.close());
			const heap = () => {
				setFlagsFromString('--expose-gc');
				(runInNewContext('gc') as () => void)();
				return process.memoryUsage().heapUsed;
			};
			const before = heap();
			for (let n = 0; n < 10_000; n += 1) io.emit('number', { n });
			await trigger.until(() => trigger.events.length === 10_000);
			const perEvent = (heap() - before) / 10_000;
			expect(
				new Set(trigger.events.map(({ data }) => (data.payload as { n: number }).n)).size,
			).toBe(10_000);
			// The test keeps every event; the node keeps its key and its place in the order.
			expect(perEvent).toBeLessThan(8_000);
			release();
			await sleep(0);
			io.emit('number', { n: 'last' });
			await trigger.until(() => trigger.events.length === 10_001);
		},
	);
});
