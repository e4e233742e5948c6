import type { GenericValue, IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { readPatterns } from '../../../lib/event/pattern';
import { connectionKey, ConnectionPool, type Lease } from '../../../lib/net/pool';
import { clusterMessage, numericRooms } from '../../../lib/realtime/socketIo/cluster';
import {
	payloadOf,
	type SocketIoConnection,
	socketIoEvent,
	type SocketIoEvent,
} from '../../../lib/realtime/socketIo/connection';
import { connectSocketIo } from '../../../lib/realtime/socketIo/open';
import {
	readNamespace,
	readSocketIoSettings,
	type SocketIoSettings,
} from '../../../lib/realtime/socketIo/settings';
import { allowedLookup } from '../../shared/egress/egress';
import { assertGivesSomething } from '../../shared/givesNothing';
import { readSeconds } from '../../shared/options';
import type { RedisPublication } from '../broadcast/redisSession';
import type {
	BroadcastMessage,
	PostedEvent,
	OneByOneSession,
} from '../broadcast/broadcastTransport';
import { DEFAULT_LIMIT_SECONDS, DEFAULT_KEY_PREFIX } from './broadcastProperties';

/** Open connections of this n8n process, one for each credential and namespace. */
export const socketIoConnections = new ConnectionPool<SocketIoConnection>({
	isUsable: (connection) => connection.isOpen,
	close: (connection) => connection.close(),
});

/** All that an item says. Times in milliseconds. */
interface CheckedItem {
	readonly namespace: string;
	readonly waits: boolean;
	readonly acknowledgementMs: number;
	readonly connectionMs: number;
	readonly event: SocketIoEvent;
}

/** Sends an execution's items, in order, over one pooled connection for each namespace. */
export class SocketIoSession implements OneByOneSession {
	private settings: Promise<SocketIoSettings> | undefined;

	private readonly leases = new Map<string, Lease<SocketIoConnection>>();

	/** Namespaces that could not be opened: 1,000 items must not wait 1,000 times for a dead server. */
	private readonly unopened = new Map<string, Promise<never>>();

	/** What was checked and not yet sent, by item. */
	private readonly checked = new Map<number, CheckedItem>();

	constructor(private readonly context: IExecuteFunctions) {}

	checkItem(message: BroadcastMessage, itemIndex: number): void {
		this.checked.set(itemIndex, this.readItem(message, itemIndex));
	}

	/** Whether there is such a namespace, and how much the server takes, only the server says. */
	checkAtServer(itemIndex: number): void | Promise<void> {
		const item = this.checked.get(itemIndex);
		if (item === undefined) return;
		const { namespace, connectionMs, event } = item;
		const held = this.leases.get(namespace)?.connection;
		if (held?.isOpen === true) return held.assertFits(event);
		return this.connection(namespace, connectionMs).then((opened) => opened.assertFits(event));
	}

	async send(message: BroadcastMessage, itemIndex: number): Promise<IDataObject> {
		const item = this.readItem(message, itemIndex);
		const { namespace, event, connectionMs } = item;
		const connection = await this.connection(namespace, connectionMs);
		if (!item.waits) {
			await connection.send(event, connectionMs);
			return { namespace, acknowledged: false };
		}
		const answer = await connection.sendWithAcknowledgement(event, item.acknowledgementMs);
		return { namespace, acknowledged: true, acknowledgement: answer as GenericValue };
	}

	/** As `send`, but without waiting for the network: `settle` does that for many. */
	handOver(
		message: BroadcastMessage,
		itemIndex: number,
	): PostedEvent | undefined | Promise<PostedEvent> {
		const { waits, namespace, event, connectionMs } = this.readItem(message, itemIndex);
		if (waits) return undefined;
		const post = (connection: SocketIoConnection): PostedEvent => {
			connection.post(event);
			return {
				way: connection,
				sent: { namespace, acknowledged: false },
				settle: async () => await connection.flushed(event, connectionMs),
			};
		};
		const held = this.leases.get(namespace)?.connection;
		return held?.isOpen === true ? post(held) : this.connection(namespace, connectionMs).then(post);
	}

	private readItem(message: BroadcastMessage, itemIndex: number): CheckedItem {
		const checked = this.checked.get(itemIndex);
		if (checked !== undefined) return checked;
		const { context } = this;
		const option = (name: string, label: string) =>
			readSeconds(context, `options.${name}`, label, DEFAULT_LIMIT_SECONDS, itemIndex);
		return {
			namespace: readNamespace(context.getNodeParameter('namespace', itemIndex)),
			waits: context.getNodeParameter('waitForAcknowledgement', itemIndex) === true,
			acknowledgementMs: option('acknowledgementTimeout', 'Acknowledgement Timeout'),
			connectionMs: option('connectionTimeout', 'Connection Timeout'),
			event: socketIoEvent(message.event, message.payload),
		};
	}

	close(): void {
		for (const lease of this.leases.values()) lease.release();
		this.leases.clear();
	}

	/** The namespace's connection; one that broke since the last item is replaced. */
	private async connection(namespace: string, limitMs: number): Promise<SocketIoConnection> {
		const failed = this.unopened.get(namespace);
		if (failed !== undefined) return await failed;
		const held = this.leases.get(namespace);
		if (held?.connection.isOpen === true) return held.connection;
		held?.release();
		this.leases.delete(namespace);

		const opening = this.lease(namespace, limitMs);
		try {
			const lease = await opening;
			this.leases.set(namespace, lease);
			return lease.connection;
		} finally {
			if (!this.leases.has(namespace)) this.unopened.set(namespace, opening as Promise<never>);
		}
	}

	private async lease(namespace: string, limitMs: number): Promise<Lease<SocketIoConnection>> {
		this.settings ??= this.readCredential();
		const settings = await this.settings;
		// Asked in every execution, also where the pool has a connection: the policy may have changed.
		const lookup = await allowedLookup(this.context, settings.origin);
		return await socketIoConnections.acquire(connectionKey([settings, namespace]), async () => {
			return await connectSocketIo(settings, namespace, { limitMs, lookup });
		});
	}

	private async readCredential(): Promise<SocketIoSettings> {
		return readSocketIoSettings(await this.context.getCredentials('realtimeWebhooksSocketIoApi'));
	}
}

/** What an item publishes to the servers of a Socket.IO cluster. */
export function toCluster(context: IExecuteFunctions) {
	return (message: BroadcastMessage, itemIndex: number): RedisPublication => {
		const areNumbers =
			context.getNodeParameter('options.roomsAreNumbers', itemIndex, false) === true;
		const list = (name: 'rooms' | 'except', label: string) => {
			const value = context.getNodeParameter(name, itemIndex, '');
			// Nobody's room would be everybody's event.
			assertGivesSomething(context.getNode().parameters[name], value, label);
			const written = readPatterns(value);
			return areNumbers ? numericRooms(written) : written;
		};
		const namespace = readNamespace(context.getNodeParameter('namespace', itemIndex));
		const [rooms, except] = [list('rooms', 'Rooms'), list('except', 'Except Rooms')];
		const prefix = context.getNodeParameter('options.keyPrefix', itemIndex, DEFAULT_KEY_PREFIX);
		const keyPrefix = String(prefix).trim() || DEFAULT_KEY_PREFIX;
		const event = socketIoEvent(message.event, message.payload);
		const target = { namespace, rooms, except, keyPrefix };
		return {
			...clusterMessage(target, event.name, payloadOf(event)),
			shown: { namespace, rooms, except },
			unheard: `No server with a Redis adapter listens to namespace ${namespace}: check 'Namespace', the option 'Key Prefix', and that the servers use this Redis and @socket.io/redis-adapter.`,
		};
	};
}
