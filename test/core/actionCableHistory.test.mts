import { createCable } from '@anycable/core';
import type { ICredentialDataDecryptedObject, IDataObject, INode } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCableSettings } from '../../lib/realtime/actionCable/settings.ts';
import { CableSource } from '../../lib/realtime/actionCable/source.ts';
import { readChannels } from '../../lib/realtime/actionCable/channels.ts';
import { AnyCableStandIn } from '../support/anyCable.mts';
import { RunningTrigger, type TriggerInput } from '../support/socketIoTrigger.mts';

const SECRET = 'tok-5ecret-value';

let server: AnyCableStandIn;
const triggers: RunningTrigger[] = [];

beforeEach(async () => {
	server = new AnyCableStandIn();
	await server.start();
});

afterEach(async () => {
	for (const trigger of triggers.splice(0)) await trigger.close();
	await server.stop();
});

interface ListenOptions extends Partial<Omit<TriggerInput, 'parameters'>> {
	credential?: ICredentialDataDecryptedObject;
}

async function listen(
	parameters: INode['parameters'] = {},
	{ credential, ...input }: ListenOptions = {},
): Promise<RunningTrigger> {
	const trigger = await RunningTrigger.start({
		parameters: { transport: 'actionCable', events: '*', channels: 'Orders', ...parameters },
		credentialType: 'realtimeWebhooksActionCableApi',
		credential: { url: server.url, ...credential },
		...input,
	});
	triggers.push(trigger);
	return trigger;
}

const order = (n: number) => ({ event: 'order', payload: { n } });
const numbersOf = (trigger: RunningTrigger) =>
	trigger.payloads.map((payload) => (payload as { n: number }).n);
const isSubscription = ({ command }: { command: string }) => command === 'subscribe';
const asked = () => server.commands.filter(({ history }) => history !== undefined);

describe('the stand-in of AnyCable, asked by its own client', () => {
	it('sends what was missed, and tells that it did', async () => {
		const cable = createCable(server.url, {
			protocol: 'actioncable-v1-ext-json',
			protocolOptions: { historyTimestamp: Math.floor(Date.now() / 1000) - 60 },
			websocketImplementation: WebSocket,
		} as never);
		server.publish('Orders', order(1));
		const channel = cable.subscribeTo('Orders');
		const received: unknown[] = [];
		channel.on('message', (message) => received.push(message));
		const histories: unknown[] = [];
		channel.on('info', (event) => histories.push(event));
		await expect.poll(() => received.length).toBe(1);
		server.publish('Orders', order(2));
		await expect.poll(() => received.length).toBe(2);
		server.cut();
		server.publish('Orders', order(3));
		await expect.poll(() => received.length, { timeout: 30_000 }).toBe(3);
		expect(received).toEqual([order(1), order(2), order(3)]);
		expect(asked().at(-1)?.history?.streams).toEqual({ Orders: { epoch: 'ep-1', offset: 2 } });
		await expect.poll(() => histories).toContainEqual({ type: 'history_received' });
		cable.disconnect();
	});

	it('answers its pings and rejections', async () => {
		const cable = createCable(server.url, {
			protocol: 'actioncable-v1-ext-json',
			protocolOptions: { pongs: true },
			websocketImplementation: WebSocket,
		} as never);
		server.rejected.add('RejectedChannel');
		const channel = cable.subscribeTo('RejectedChannel');
		await expect(channel.ensureSubscribed()).rejects.toThrow();
		await expect.poll(() => server.commands.some(({ command }) => command === 'pong')).toBe(true);
		cable.disconnect();
	});
});

describe('listening to AnyCable', () => {
	it('speaks the extended protocol, where it is not switched off, and answers pings', async () => {
		const trigger = await listen();
		await expect.poll(() => server.commands.some(({ command }) => command === 'pong')).toBe(true);
		server.publish('Orders', order(1));
		await trigger.until(() => trigger.events.length === 1);
		expect(trigger.events[0]?.data.raw).toMatchObject({ stream_id: 'Orders', offset: 1 });
		expect(trigger.events[0]?.id).toMatch(/^Orders\/ep-1\/1\/[\da-f]{16}$/);
		expect(trigger.keys[0]).toContain('Orders/ep-1/1/');
		await trigger.close();
		const basic = await listen({ options: { extendedProtocol: 'never' } });
		server.publish('Orders', order(2));
		await basic.until(() => basic.events.length === 1);
		expect(basic.events[0]?.id).toMatch(/^sid-\d+\/1$/);
		expect(basic.keys).toEqual([undefined]);
	});

	it('asks for nothing at first: what was sent before is not of interest', async () => {
		server.publish('Orders', order(1));
		const trigger = await listen();
		server.publish('Orders', order(2));
		await trigger.until(() => trigger.events.length === 1);
		expect(numbersOf(trigger)).toEqual([2]);
		expect(asked()).toEqual([]);
	});

	it('gets what was missed, each once, in order, and says that nothing is missing', async () => {
		const trigger = await listen({ options: { reportGaps: true } });
		server.publish('Orders', order(1));
		await trigger.until(() => trigger.events.length === 1);
		server.cut();
		for (const n of [2, 3, 4]) server.publish('Orders', order(n));
		await trigger.until(() => trigger.events.length === 4 && trigger.log.length > 0);
		expect(numbersOf(trigger)).toEqual([1, 2, 3, 4]);
		expect(trigger.log).toMatchObject([{ level: 'info' }]);
		expect(trigger.log[0]?.message).toContain('nothing was missed');
	});

	it('gets what was missed before the very first message', async () => {
		const trigger = await listen();
		server.cut();
		server.publish('Orders', order(1));
		await trigger.until(() => trigger.events.length === 1);
		expect(asked()[0]?.history).toMatchObject({ streams: {}, since: expect.any(Number) as number });
	});

	it("goes by the server's clock", async () => {
		server.clockAhead = -3600;
		const trigger = await listen();
		await expect.poll(() => server.commands.some(({ command }) => command === 'pong')).toBe(true);
		server.cut();
		server.publish('Orders', order(1));
		await trigger.until(() => trigger.events.length === 1);
	});

	it('goes on where it was after a restart of n8n', async () => {
		const first = await listen();
		server.publish('Orders', order(1));
		await first.until(() => first.events.length === 1);
		await expect.poll(() => Object.keys(first.kept()).length).toBeGreaterThan(0);
		await first.close();
		for (const n of [2, 3]) server.publish('Orders', order(n));
		const second = await listen({}, { staticData: first.kept() });
		await second.until(() => second.events.length === 2);
		expect(numbersOf(second)).toEqual([2, 3]);
	});

	it('asks again for what n8n could not store, and does not give it twice', async () => {
		let failing = false;
		const run = async () => (failing ? await Promise.reject(new Error('no database')) : undefined);
		const trigger = await listen({}, { run: run as () => Promise<void> });
		server.publish('Orders', order(1));
		await trigger.until(() => trigger.events.length === 1);
		failing = true;
		server.publish('Orders', order(2));
		await trigger.until(() => trigger.events.length === 2);
		failing = false;
		server.publish('Orders', order(3));
		await trigger.until(() => trigger.events.length === 3);
		server.cut();
		await trigger.until(() => trigger.events.length === 4);
		// 2 again, and not 3, which is stored.
		expect(numbersOf(trigger)).toEqual([1, 2, 3, 2]);
	});

	it('takes what is left, and says so, where the history is not whole', async () => {
		server.historyLimit = 2;
		const trigger = await listen();
		server.publish('Orders', order(1));
		await trigger.until(() => trigger.events.length === 1);
		server.cut();
		for (const n of [2, 3, 4, 5]) server.publish('Orders', order(n));
		await trigger.until(() => trigger.events.length === 3 && trigger.log.length > 0);
		expect(numbersOf(trigger)).toEqual([1, 4, 5]);
		expect(trigger.log[0]).toMatchObject({ level: 'warn' });
	});

	it('says so too where the server was restarted, or keeps none', async () => {
		const trigger = await listen();
		server.publish('Orders', order(1));
		await trigger.until(() => trigger.events.length === 1);
		server.forget();
		server.cut();
		await trigger.until(() => trigger.log.length === 1);
		server.keepsHistory = false;
		server.cut();
		await trigger.until(() => trigger.log.length === 2);
		expect(trigger.log).toMatchObject([{ level: 'warn' }, { level: 'warn' }]);
		server.publish('Orders', order(2));
		await trigger.until(() => trigger.events.length === 2);
		expect(trigger.errors).toEqual([]);
	});

	it('takes no other message for a copy when a stream is numbered anew', async () => {
		const trigger = await listen();
		server.publish('Orders', order(1));
		server.publish('Orders', order(2));
		await trigger.until(() => trigger.events.length === 2);
		server.renumber('Orders');
		server.publish('Orders', order(3));
		await trigger.until(() => trigger.events.length === 3);
		expect(numbersOf(trigger)).toEqual([1, 2, 3]);
	});

	it('has histories of several channels', async () => {
		const channels = [
			{ channel: 'Room', stream: 'a' },
			{ channel: 'Room', stream: 'b' },
		];
		const trigger = await listen({ channels } as never);
		server.publish('a', order(1));
		server.publish('b', order(2));
		await trigger.until(() => trigger.events.length === 2);
		server.cut();
		server.publish('b', order(3));
		server.publish('a', order(4));
		await trigger.until(() => trigger.events.length === 4 && trigger.log.length > 0);
		expect(numbersOf(trigger).slice(2).sort()).toEqual([3, 4]);
		expect(trigger.log[0]?.level).toBe('info');
	});

	it('hands over 10,000 messages in order', async () => {
		const trigger = await listen();
		for (let n = 0; n < 10_000; n += 1) server.publish('Orders', order(n));
		await trigger.until(() => trigger.events.length === 10_000);
		expect(numbersOf(trigger)).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
	});
});

describe('what ends listening for good', () => {
	it('a goodbye without return, at the start and later', async () => {
		const trigger = await listen();
		server.disconnect({ reason: 'token_expired', reconnect: false });
		await trigger.until(() => trigger.errors.length > 0);
		expect(trigger.errors).toHaveLength(1);
		expect(trigger.errors[0]?.message).toContain('ended the connection (token_expired)');
		expect(trigger.errors[0]?.message).toContain('Enter a new one');
		await expect.poll(() => server.open).toBe(0);
		server.goodbye = { reason: `no ${SECRET} here`, reconnect: false };
		const url = `${server.url}?jid=${SECRET}`;
		const starting = listen({}, { credential: { url } });
		await expect(starting).rejects.toThrow('ended the connection (no [hidden] here)');
	});

	it('all channels rejected on coming back; of several, one is only told', async () => {
		const both = await listen({ channels: 'Orders, Users' });
		server.rejected.add('Orders');
		server.cut();
		await both.until(() => both.log.some(({ message }) => message.includes('connected again')));
		expect(both.log[0]?.message).toContain('rejected the subscription to Orders. ');
		server.publish('Users', order(1));
		await both.until(() => both.events.length === 1);
		expect(both.errors).toEqual([]);
		server.rejected.add('Users');
		server.cut();
		await both.until(() => both.errors.length > 0);
		expect(both.errors[0]?.message).toContain('rejected the subscription to Orders, Users');
	});

	it('no channel that is not answered on coming back: it is tried again', async () => {
		const trigger = await listen({ options: { connectionTimeout: 0.2 } });
		server.silent.add('Orders');
		server.cut();
		await expect.poll(() => server.commands.filter(isSubscription).length).toBeGreaterThan(2);
		server.silent.clear();
		await trigger.until(() => trigger.log.length > 0);
		expect(trigger.errors).toEqual([]);
	});

	it('no goodbye that says to come back', async () => {
		const trigger = await listen();
		server.disconnect({ reason: 'server_restart', reconnect: true });
		await trigger.until(() => trigger.log.length > 0);
		expect(trigger.errors).toEqual([]);
		server.publish('Orders', order(1));
		await trigger.until(() => trigger.events.length === 1);
	});
});

describe('what is refused at the start', () => {
	const cases: Array<[string, IDataObject, IDataObject, RegExp]> = [
		['no channel', { channels: ' , ' }, {}, /^'Channels' is empty\. /],
		['a broken object', { channels: '{"channel": }' }, {}, /^'Channels' has an object that is no/],
		['an object without channel', { channels: [{ room: 1 }] }, {}, /without the name of its chan/],
		[
			'an address of another kind',
			{},
			{ url: 'ftp://x' },
			/^'URL' of the Action Cable credential /,
		],
		['headers that are no JSON', {}, { headers: `{${SECRET}` }, /^'Headers' of the Action Cable/],
		['a header of the handshake', {}, { headers: { Upgrade: 'x' } }, /the WebSocket sets itself/],
		['a time limit', { options: { pingTimeout: 0 } }, {}, /^'Ping Timeout' is not a number/],
		['a rejected channel', { channels: 'Orders, RejectedChannel' }, {}, /to RejectedChannel\. /],
	];
	it.each(cases)('%s', async (_name, parameters, credential, words) => {
		server.rejected.add('RejectedChannel');
		const error = await listen(parameters as never, {
			credential: credential as ICredentialDataDecryptedObject,
		}).catch((thrown: Error) => thrown);
		expect(error).toBeInstanceOf(Error);
		expect((error as Error).message).toMatch(words);
		expect(String(error)).not.toContain(SECRET);
		await expect.poll(() => server.open).toBe(0);
	});
});

it('a goodbye in one packet with the welcome is the end at once', async () => {
	server.goodbye = { reason: 'server_restart', reconnect: true };
	server.welcomesBeforeGoodbye = true;
	const source = new CableSource({
		settings: readCableSettings({ url: server.url }),
		channels: readChannels('Orders'),
		extended: true,
		// Longer than a test may take: whoever waits for it fails.
		limitMs: 3_600_000,
		staleMs: 3_600_000,
		eventIdField: '',
		egress: async () => undefined,
	});
	const sink = { message: () => undefined, warn: () => undefined };
	const { signal } = new AbortController();
	await expect(source.connect(sink, { signal, cursor: undefined })).rejects.toThrow('restart');
	expect(server.commands.filter(isSubscription)).toEqual([]);
});
