import type { ICredentialDataDecryptedObject, INode } from 'n8n-workflow';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ActionCableClient } from '../support/actionCableClient.mts';
import { RAILS_PACKAGES, railsIsInstalled, RailsServer } from '../support/rails.mts';
import { RedisServer } from '../support/redisServer.mts';
import { RunningTrigger, type TriggerInput } from '../support/socketIoTrigger.mts';
import { createProxy, type TcpProxy } from '../support/tcpProxy.mts';

const TOKEN = 'tok-5ecret-value';
const ROOM = { channel: 'RoomChannel', room: '1' };

interface ListenOptions extends Partial<Omit<TriggerInput, 'parameters'>> {
	credential?: ICredentialDataDecryptedObject;
}

const name = railsIsInstalled
	? 'listening to Rails Action Cable'
	: `listening to Rails Action Cable (to run it, install ${RAILS_PACKAGES})`;

describe.skipIf(!railsIsInstalled)(name, () => {
	let redis: RedisServer;
	let rails: RailsServer;
	const closers: Array<() => unknown> = [];

	beforeAll(async () => {
		redis = await RedisServer.start();
		rails = await RailsServer.start(redis.url);
	}, 180_000);

	afterAll(async () => {
		await rails.stop();
		await redis.stop();
	});

	afterEach(async () => {
		for (const close of closers.splice(0)) await close();
	});

	async function listen(
		channels: unknown,
		parameters: INode['parameters'] = {},
		{ credential, ...input }: ListenOptions = {},
	): Promise<RunningTrigger> {
		const trigger = await RunningTrigger.start({
			parameters: { transport: 'actionCable', events: '*', channels, ...parameters } as never,
			credentialType: 'realtimeWebhooksActionCableApi',
			credential: { url: rails.url, origin: '', headers: '', ...credential },
			...input,
		});
		closers.push(async () => await trigger.close());
		return trigger;
	}

	/** What n8n shows where the node cannot be published. */
	async function refusal(
		channels: unknown,
		credential: ICredentialDataDecryptedObject = {},
		parameters: INode['parameters'] = {},
	): Promise<string> {
		return await listen(channels, parameters, { credential }).then(
			() => Promise.reject(new Error('it was published')),
			(error: Error) => error.message,
		);
	}

	async function throughProxy(): Promise<TcpProxy> {
		const proxy = await createProxy(rails.port);
		closers.push(async () => await proxy.close());
		return proxy;
	}

	describe('what a message becomes', () => {
		it('is an envelope with event and payload', async () => {
			const trigger = await listen('WebhookChannel');
			const message = { event: 'order.paid', payload: { id: 7, text: 'añ 😀' } };
			await rails.broadcast('webhooks', message);
			await trigger.until(() => trigger.events.length === 1);
			expect(trigger.events[0]).toMatchObject({
				specversion: '1.0',
				source: `/actioncable/127.0.0.1:${rails.port}/WebhookChannel`,
				type: 'actioncable.order.paid',
				subject: '{"channel":"WebhookChannel"}',
				verification: 'connection',
				data: {
					event: 'order.paid',
					channel: 'WebhookChannel',
					params: {},
					payload: { id: 7, text: 'añ 😀' },
					raw: { identifier: '{"channel":"WebhookChannel"}', message },
				},
			});
			expect(trigger.keys).toEqual([undefined]);
		});

		it('has the whole message as payload where it is of another shape', async () => {
			const trigger = await listen('WebhookChannel');
			const messages = [{ text: 'hola' }, 'just text', [1, 2], { event: 'bare', id: 1 }];
			for (const [index, message] of messages.entries()) {
				// One by one: Rails does not keep the order of what comes together.
				await rails.broadcast('webhooks', message);
				await trigger.until(() => trigger.events.length === index + 1);
			}
			expect(trigger.payloads).toEqual(messages);
			expect(trigger.events.map(({ type }) => type)).toEqual([
				'actioncable.message',
				'actioncable.message',
				'actioncable.message',
				'actioncable.bare',
			]);
		});

		it('starts the workflow with the wanted events only', async () => {
			const trigger = await listen('WebhookChannel', { events: 'order.*' });
			await rails.broadcast(
				'webhooks',
				{ event: 'customer.new', payload: 1 },
				{ event: 'order.new', payload: 2 },
			);
			await trigger.until(() => trigger.events.length === 1);
			expect(trigger.payloads).toEqual([2]);
		});

		it('is one event where the user names what identifies it', async () => {
			const trigger = await listen('WebhookChannel', { options: { eventIdField: 'order.id' } });
			const message = (id: number, n: number) => ({
				event: 'order',
				payload: { order: { id }, n },
			});
			await rails.broadcast('webhooks', message(1, 1));
			await trigger.until(() => trigger.events.length === 1);
			await rails.broadcast('webhooks', message(1, 2));
			await rails.broadcast('webhooks', message(2, 3));
			await trigger.until(() => trigger.events.length === 2);
			expect(trigger.payloads).toMatchObject([{ n: 1 }, { n: 3 }]);
		});

		it('is the event of the envelope that it carries', async () => {
			const trigger = await listen('WebhookChannel');
			const envelope = {
				specversion: '1.0',
				id: 'e-1',
				source: '/shop',
				type: 'shop.order',
				time: '2026-01-02T03:04:05.000Z',
				data: { total: 3 },
			};
			await rails.broadcast('webhooks', { event: 'x', payload: envelope });
			await trigger.until(() => trigger.events.length === 1);
			await rails.broadcast('webhooks', envelope);
			await rails.broadcast('webhooks', { event: 'last', payload: 0 });
			await trigger.until(() => trigger.events.length === 2);
			expect(trigger.events[0]).toMatchObject({ ...envelope, data: { total: 3 } });
			expect(trigger.events[1]?.type).toBe('actioncable.last');
		});
	});

	describe('channels', () => {
		it('are several, with parameters, in one connection, with Rails own client at the other end', async () => {
			const trigger = await listen('WebhookChannel, {"channel": "RoomChannel", "room": "1"}');
			const other = await ActionCableClient.subscribe(
				`ws://127.0.0.1:${rails.port}/cable?token=bob`,
				ROOM,
			);
			closers.push(() => other.close());
			other.perform('speak', { text: 'hola' });
			await other.until(1);
			await rails.broadcast('webhooks', { event: 'w', payload: 1 });
			await trigger.until(() => trigger.events.length === 2);
			expect(trigger.events[0]).toMatchObject({
				subject: JSON.stringify(ROOM),
				data: {
					channel: 'RoomChannel',
					params: { room: '1' },
					payload: { from: 'bob', text: 'hola' },
				},
			});
			expect(other.received).toEqual([{ event: 'said', payload: { from: 'bob', text: 'hola' } }]);
		});

		it('may speak before they are confirmed', async () => {
			const trigger = await listen('GreetingChannel');
			await trigger.until(() => trigger.events.length === 1);
			expect(trigger.payloads).toEqual([{ for: 'ana' }]);
		});

		it('that reject fail the publication, by their names', async () => {
			const forbidden = '{"channel":"RoomChannel","room":"forbidden"}';
			const words = await refusal(`WebhookChannel, ${forbidden}`);
			expect(words).toContain(`rejected the subscription to ${forbidden}.`);
			expect(words).not.toContain('WebhookChannel.');
		});

		it.each(['UnknownChannel', 'BrokenChannel'])(
			'about which Rails says nothing fail it too: %s',
			async (channel) => {
				const options = { options: { connectionTimeout: 1 } };
				const words = await refusal(`WebhookChannel, ${channel}`, {}, options);
				expect(words).toMatch(
					new RegExp(`did not answer the subscription to ${channel} within 1 seconds`),
				);
				expect(words).toContain('exact class name');
			},
		);
	});

	describe('who connects', () => {
		it('may be told by headers', async () => {
			const url = `http://127.0.0.1:${rails.port}`;
			const credential = { url, headers: '{"X-Token": "bob"}' };
			const trigger = await listen('GreetingChannel', {}, { credential });
			await trigger.until(() => trigger.events.length === 1);
			expect(trigger.payloads).toEqual([{ for: 'bob' }]);
		});

		it('is refused in words, without the token', async () => {
			const url = `ws://127.0.0.1:${rails.port}/cable?token=${TOKEN}`;
			const words = await refusal('WebhookChannel', { url, headers: `{"X-Token":"${TOKEN}"}` });
			expect(words).toContain('ended the connection (unauthorized)');
			expect(words).toContain("'Headers'");
			expect(words).not.toContain(TOKEN);
		});

		it('comes from an origin that is allowed, or Rails answers 404', async () => {
			const words = await refusal('WebhookChannel', { origin: 'https://other.example.com' });
			expect(words).toContain('HTTP status 404');
			expect(words).toContain("'https://other.example.com'");
			expect(words).toContain('allowed_request_origins');
			const credential = { origin: 'https://allowed.example.com/' };
			await listen('WebhookChannel', {}, { credential });
		});

		it('goes to an address where a cable is', async () => {
			const url = `ws://127.0.0.1:${rails.port}/elsewhere?token=${TOKEN}`;
			const words = await refusal('WebhookChannel', { url });
			expect(words).toContain('HTTP status 404');
			expect(words).not.toContain(TOKEN);
		});
	});

	describe('faults', () => {
		it('a server that is killed and started again is listened to again', async () => {
			const trigger = await listen('WebhookChannel', { options: { reportGaps: true } });
			await rails.broadcast('webhooks', { event: 'a', payload: 1 });
			await trigger.until(() => trigger.events.length === 1);
			await rails.stop();
			await rails.start();
			await trigger.until(() => trigger.log.length > 0);
			await rails.broadcast('webhooks', { event: 'b', payload: 2 });
			await trigger.until(() => trigger.events.length === 3);
			expect(trigger.events.map(({ type }) => type)).toEqual([
				'actioncable.a',
				'realtime.gap',
				'actioncable.b',
			]);
			expect(trigger.log).toMatchObject([{ level: 'warn' }]);
			expect(trigger.log[0]?.message).toContain('are lost because the server keeps no history');
			expect(trigger.errors).toEqual([]);
		});

		it('a deployment is passed at once', async () => {
			const trigger = await listen('WebhookChannel');
			await rails.terminate();
			await rails.start();
			await trigger.until(() => trigger.log.length > 0);
			await rails.broadcast('webhooks', { event: 'b', payload: 2 });
			await trigger.until(() => trigger.events.length === 1);
			expect(trigger.errors).toEqual([]);
		});

		it('a connection that the application ends comes back', async () => {
			const trigger = await listen('WebhookChannel');
			await rails.disconnect('ana');
			await trigger.until(() => trigger.log.length > 0);
			expect(trigger.errors).toEqual([]);
			await rails.broadcast('webhooks', { event: 'b', payload: 2 });
			await trigger.until(() => trigger.events.length === 1);
		});

		it('a Redis that is restarted, and the servers after it, are waited for', async () => {
			const trigger = await listen('WebhookChannel');
			// Rails 6.1 ends when it loses its Redis.
			await redis.stop();
			await redis.start();
			await rails.stop();
			await rails.start();
			await trigger.until(() => trigger.log.length > 0);
			await rails.broadcast('webhooks', { event: 'b', payload: 2 });
			await trigger.until(() => trigger.events.length === 1);
			expect(trigger.errors).toEqual([]);
		});

		it('a network that is cut, and one that freezes, are noticed', async () => {
			const proxy = await throughProxy();
			const url = `ws://127.0.0.1:${proxy.port}/cable?token=ana`;
			const trigger = await listen(
				'WebhookChannel',
				{ options: { pingTimeout: 4 } },
				{ credential: { url } },
			);
			proxy.cut();
			proxy.restore();
			await trigger.until(() => trigger.log.length === 1);
			expect(trigger.log[0]?.message).toContain('was interrupted (WebSocket code 1006)');
			proxy.freeze();
			// Its pings stop: nothing else tells.
			await expect.poll(() => proxy.connections).toBeGreaterThan(2);
			proxy.restore();
			await trigger.until(() => trigger.log.length >= 2);
			expect(trigger.log[1]?.message).toContain('for 4 seconds, not even a ping');
			await rails.broadcast('webhooks', { event: 'b', payload: 2 });
			await trigger.until(() => trigger.events.length === 1);
		});

		it('deactivation closes at once, also while connecting', async () => {
			const proxy = await throughProxy();
			proxy.freeze();
			const url = `ws://127.0.0.1:${proxy.port}/cable?token=ana`;
			const manual = await RunningTrigger.start({
				parameters: { transport: 'actionCable', events: '*', channels: 'WebhookChannel' },
				credentialType: 'realtimeWebhooksActionCableApi',
				credential: { url },
				mode: 'manual',
			});
			const listening = manual.listen();
			await expect.poll(() => proxy.connections).toBe(1);
			await manual.close();
			await listening;
			expect([manual.errors, manual.log, manual.events]).toEqual([[], [], []]);
		});
	});

	it('hands over 10,000 messages of a burst, each once, in flat memory', async () => {
		setFlagsFromString('--expose_gc');
		const collect = runInNewContext('gc') as () => void;
		const trigger = await listen('WebhookChannel');
		await rails.burst('webhooks', 10_000);
		await trigger.until(() => trigger.events.length === 10_000);
		const seen = trigger.payloads.map((payload) => (payload as { n: number }).n);
		// Rails itself mixes the order up: it hands messages to ten threads (StreamEventLoop#post).
		expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
		const heap = () => {
			trigger.events.length = 0;
			trigger.keys.length = 0;
			collect();
			return process.memoryUsage().heapUsed;
		};
		const before = heap();
		await rails.burst('webhooks', 10_000);
		await trigger.until(() => trigger.events.length === 10_000);
		// A leak of a message would be of 10,000 times some 500 bytes.
		expect(heap() - before).toBeLessThan(2_000_000);
		expect(trigger.log).toEqual([]);
	});

	it('shows the next message in the editor', async () => {
		const trigger = await listen('WebhookChannel', {}, { mode: 'manual' });
		await trigger.listen();
		await rails.broadcast('webhooks', { event: 'a', payload: 1 });
		await trigger.until(() => trigger.events.length === 1);
	});
});
