import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { afterEach, describe, expect, test } from 'vitest';
import { readCableSettings } from '../../lib/realtime/actionCable/settings.ts';
import { CableSource } from '../../lib/realtime/actionCable/source.ts';
import { readChannels } from '../../lib/realtime/actionCable/channels.ts';
import { readSocketIoSettings } from '../../lib/realtime/socketIo/settings.ts';
import { authoriseWithSecret } from '../../lib/realtime/pusher/authorise.ts';
import { readPusherSettings } from '../../lib/realtime/pusher/settings.ts';
import { PusherSource } from '../../lib/realtime/pusher/source.ts';
import { pusherMessage } from '../../lib/realtime/pusher/channelEvents.ts';
import type { RealtimeSource } from '../../lib/realtime/source.ts';
import { readSocketIoEvent, SocketIoSource } from '../../lib/realtime/socketIo/source.ts';
import { AnyCableStandIn } from '../support/anyCable.mts';
import { Reverb } from '../support/reverb.mts';
import { RunningTrigger } from '../support/socketIoTrigger.mts';

const closers: Array<() => unknown> = [];
afterEach(async () => {
	for (const close of closers.splice(0).reverse()) await close();
});

/** A source, and how its server sends an event. */
interface Line {
	readonly source: RealtimeSource;
	send(event: string): void;
	/** Sends frames as they are. */
	say(frame: string): void;
	/** Connections so far. */
	connections(): number;
}

const egress = async () => undefined;

async function pusher(): Promise<Line> {
	const reverb = await Reverb.start();
	closers.push(async () => await reverb.close());
	const settings = readPusherSettings(reverb.credential);
	const source = new PusherSource({
		settings,
		channels: ['a'],
		authorise: authoriseWithSecret(settings, { userId: 'n8n' }),
		egress,
		toMessage: (event) => pusherMessage(event, { eventIdField: '', reportMembers: false }),
	});
	return {
		source,
		send: (event) => void reverb.broadcast('a', event, '{}'),
		say: (frame) => reverb.say(frame),
		connections: () => reverb.connections,
	};
}

async function actionCable(): Promise<Line> {
	const server = new AnyCableStandIn();
	await server.start();
	closers.push(async () => await server.stop());
	const source = new CableSource({
		settings: readCableSettings({ url: server.url }),
		channels: readChannels('Orders'),
		extended: true,
		limitMs: 10_000,
		staleMs: 60_000,
		eventIdField: '',
		egress,
	});
	return {
		source,
		send: (event) => server.publish('Orders', { event, payload: {} }),
		say: (frame) => server.sayRaw(frame),
		connections: () => server.commands.filter(({ command }) => command === 'subscribe').length,
	};
}

/** Frappe is listened to by the same source. */
async function socketIo(): Promise<Line> {
	const http = createServer();
	const io = new Server(http);
	await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
	closers.push(async () => await io.close());
	const { port } = http.address() as AddressInfo;
	const source = new SocketIoSource({
		name: 'Socket.IO',
		settings: readSocketIoSettings({ url: `http://127.0.0.1:${port}` }),
		namespace: '/',
		limitMs: 10_000,
		egress,
		read: readSocketIoEvent({ host: 'h', namespace: '/', allArguments: false, eventIdField: '' }),
	});
	let connections = 0;
	io.on('connection', () => (connections += 1));
	const { clients } = io.engine as unknown as {
		clients: Record<string, { write(packet: string): void }>;
	};
	return {
		source,
		send: (event) => void io.emit(event, {}),
		say: (frame) => Object.values(clients).forEach((client) => client.write(frame)),
		connections: () => connections,
	};
}

describe.each([
	['Pusher', pusher],
	['Action Cable', actionCable],
	['Socket.IO and Frappe', socketIo],
])('%s', (_name, open) => {
	test('what throws while a frame is read is dropped and told once; what follows is heard', async () => {
		const { source, send } = await open();
		const heard: unknown[] = [];
		const warnings: string[] = [];
		const sink = {
			message: ({ event }: { event: { data: Readonly<Record<string, unknown>> } }) => {
				// What the protocol's own code does with an object where it expects a text.
				if (event.data.event === 'odd') String({ toString: 1, valueOf: 1 });
				heard.push(event.data.event);
			},
			warn: (problem: string) => void warnings.push(problem),
		};
		const { signal } = new AbortController();
		const connection = await source.connect(sink, { signal, cursor: undefined });
		closers.push(() => connection.close());
		for (let n = 0; n < 5; n += 1) send('odd');
		send('next');
		await expect.poll(() => heard).toEqual(['next']);
		expect(warnings).toEqual([
			'the server sent data that could not be read, and it was dropped (Cannot convert object to primitive value)',
		]);
	});
});

describe.each<[string, () => Promise<Line>, string, readonly string[]]>([
	[
		'Pusher',
		pusher,
		'it is not a message of the Pusher protocol',
		[
			'{"event":{"name":"e"},"channel":"a","data":"{}"}',
			'{"event":"e","channel":{"name":"a"},"data":"{}"}',
			'{"event":["e"],"channel":"a"}',
			'{"channel":"a","data":"{}"}',
			'[{"event":"e"}]',
			'"e"',
			'null',
			'{"event":"e"',
			'{"event":"pusher:connection_established","data":{"socket_id":{"a":1}}}',
			'{"event":"pusher:error","data":{"code":{"a":1},"message":{"b":2}}}',
			'{"event":"pusher:error"}',
		],
	],
	[
		'Action Cable',
		actionCable,
		'it is not a message of Action Cable',
		[
			'{"type":{"name":"ping"}}',
			'{"type":["confirm_subscription"],"identifier":"{\\"channel\\":\\"Orders\\"}"}',
			'{"identifier":{"channel":"Orders"},"message":{"event":"e"}}',
			'{"identifier":7,"message":{"event":"e"}}',
			'["e"]',
			'"ping"',
			'null',
			'{"type":"ping"',
		],
	],
	[
		'Socket.IO and Frappe',
		socketIo,
		'invalid payload',
		[
			'2[{"name":"e"},{}]',
			'2[["e"],{}]',
			'2[null,{}]',
			'2[]',
			'2{"name":"e"}',
			'2["e",{}',
			'2["disconnect",{}]',
			'1{"reason":"e"}',
			'7["e",{}]',
			'51-["e",{"_placeholder":true,"num":0}]',
		],
	],
])('%s', (_name, open, words, frames) => {
	test('JSON of another form is dropped and told once; the connection stays', async () => {
		const { source, send, say, connections } = await open();
		const heard: unknown[] = [];
		const warnings: string[] = [];
		const connection = await source.connect(
			{
				message: ({ event }) => void heard.push(event.data.event),
				warn: (problem) => void warnings.push(problem),
			},
			{ signal: new AbortController().signal, cursor: undefined },
		);
		closers.push(() => connection.close());
		let ended: unknown;
		void connection.ended.then((failure) => (ended = failure));
		for (const frame of frames) say(frame);
		send('next');
		await expect.poll(() => heard).toEqual(['next']);
		expect(warnings).toEqual([
			`the server sent data that could not be read, and it was dropped (${words})`,
		]);
		expect(ended).toBeUndefined();
		expect(connections()).toBe(1);
	});
});

test('an event that n8n does not take is told, moves no cursor, and comes again', async () => {
	const server = new AnyCableStandIn();
	await server.start();
	closers.push(async () => await server.stop());
	let failures = 1;
	const trigger = await RunningTrigger.start({
		parameters: { transport: 'actionCable', events: '*', channels: 'Orders', options: {} },
		credentialType: 'realtimeWebhooksActionCableApi',
		credential: { url: server.url },
		run: () => {
			failures -= 1;
			if (failures >= 0) throw new Error('n8n takes nothing now');
			return Promise.resolve();
		},
	});
	closers.push(async () => await trigger.close());
	const numbers = () => trigger.payloads.map((payload) => (payload as { n: number }).n);
	const order = (n: number) => server.publish('Orders', { event: 'order', payload: { n } });
	const kept = JSON.stringify(trigger.kept());
	order(1);
	order(2);
	await trigger.until(() => trigger.events.length === 2);
	await new Promise((resolve) => setImmediate(resolve));
	expect(JSON.stringify(trigger.kept())).toBe(kept);
	expect(trigger.log.map(({ message }) => message)).toEqual([
		expect.stringContaining('an event could not be passed to n8n: n8n takes nothing now'),
	]);
	expect(server.open).toBe(1);
	server.cut();
	await trigger.until(() => trigger.events.length === 3);
	expect(numbers()).toEqual([1, 2, 1]);
	order(3);
	await trigger.until(() => trigger.events.length === 4);
	await new Promise((resolve) => setImmediate(resolve));
	expect(JSON.stringify(trigger.kept())).not.toBe(kept);
});
