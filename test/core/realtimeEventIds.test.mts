import { readFileSync } from 'node:fs';
import type { ICredentialDataDecryptedObject, INode } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { channelKey, encrypt } from '../../lib/realtime/pusher/channel.ts';
import { AnyCableStandIn } from '../support/anyCable.mts';
import { Reverb } from '../support/reverb.mts';
import { RunningTrigger } from '../support/socketIoTrigger.mts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';
import { MASTER_KEY, Soketi } from '../support/soketi.mts';

/** soketi is installed first where it is missing. */
const INSTALL_MS = 900_000;

interface EventIdCase {
	readonly id: string;
	readonly via: string;
	/** `data` is JSON as a server's users sent it. */
	readonly body: { readonly eventIdField: string; readonly data: readonly string[] };
	readonly expect: { readonly distinct: number };
}

/** A server, a trigger's settings to listen to it, and how it tells its listeners of an event. */
interface Peer {
	readonly parameters: INode['parameters'];
	readonly credentialType: string;
	readonly credential: ICredentialDataDecryptedObject;
	tell(json: string): unknown;
	close?(): Promise<void>;
}

const CASES = (
	JSON.parse(
		readFileSync(new URL('../cases/9-others.json', import.meta.url), 'utf8'),
	) as EventIdCase[]
).filter(({ via }) => via === 'realtimeEventId');

let soketi: Soketi;
const closers: Array<() => unknown> = [];

beforeAll(async () => void (soketi = await Soketi.start()), INSTALL_MS);
afterAll(async () => await soketi?.kill());
afterEach(async () => {
	for (const close of closers.splice(0)) await close();
});

function pusher(): Peer {
	return {
		parameters: { transport: 'pusher', channels: 'orders' },
		credentialType: 'realtimeWebhooksPusherApi',
		credential: soketi.credential,
		// The vendor's library sends a text as it is.
		tell: async (json) => await soketi.pusher.trigger('orders', 'order', json),
	};
}

/** Encrypted as senders in other languages do: the vendor's library for Node knows no such numbers. */
async function encryptedPusher(): Promise<Peer> {
	const reverb = await Reverb.start();
	const channel = 'private-encrypted-orders';
	const key = channelKey(Buffer.from(MASTER_KEY, 'base64'), channel);
	return {
		parameters: { transport: 'pusher', channels: channel },
		credentialType: 'realtimeWebhooksPusherApi',
		credential: { ...reverb.credential, encryptionMasterKey: MASTER_KEY },
		tell: (json) => reverb.broadcast(channel, 'order', JSON.stringify(encrypt(json, key))),
		close: async () => await reverb.close(),
	};
}

async function socketIo(): Promise<Peer> {
	const server = await TestSocketIoServer.start();
	const { clients } = server.io.engine as unknown as {
		clients: Record<string, { write(packet: string): void }>;
	};
	return {
		parameters: { transport: 'socketIo' },
		credentialType: 'realtimeWebhooksSocketIoApi',
		credential: { url: server.url },
		// Numbers that JavaScript cannot hold come from servers in other languages.
		tell: (json) => Object.values(clients).forEach((client) => client.write(`2["order",${json}]`)),
		close: async () => await server.close(),
	};
}

async function actionCable(): Promise<Peer> {
	const server = new AnyCableStandIn();
	await server.start();
	return {
		parameters: { transport: 'actionCable', channels: 'Orders' },
		credentialType: 'realtimeWebhooksActionCableApi',
		credential: { url: server.url },
		tell: (json) => server.say(json),
		close: async () => await server.stop(),
	};
}

const PEERS: Readonly<Record<string, () => Peer | Promise<Peer>>> = {
	'a Pusher channel': pusher,
	'an encrypted Pusher channel': encryptedPusher,
	'Socket.IO': socketIo,
	'Action Cable': actionCable,
};

const runs = Object.entries(PEERS).flatMap(([name, start]) =>
	CASES.map((one) => [name, one.id, start, one] as const),
);

test('there are cases', () => expect(CASES.length).toBeGreaterThan(0));

test.each(runs)('%s: %s', async (_name, _id, start, { body, expect: wanted }) => {
	const peer = await start();
	if (peer.close !== undefined) closers.push(peer.close);
	const { eventIdField, data } = body;
	const trigger = await RunningTrigger.start({
		...peer,
		parameters: { events: '*', ...peer.parameters, options: { eventIdField } },
	});
	closers.unshift(async () => await trigger.close());
	for (const json of data) await peer.tell(json);
	await trigger.until(() => trigger.events.length === data.length);
	expect(new Set(trigger.events.map(({ id }) => id)).size).toBe(wanted.distinct);
	expect(trigger.keys).not.toContain(undefined);
	expect(new Set(trigger.keys).size).toBe(wanted.distinct);
});
