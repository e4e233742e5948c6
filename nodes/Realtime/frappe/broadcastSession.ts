import type { GenericValue, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { connectionKey, type Lease } from '../../../lib/net/pool';
import {
	readSocketIoSettings,
	type SocketIoSettings,
} from '../../../lib/realtime/socketIo/settings';
import { FrappeError } from '../../../lib/realtime/frappe/failure';
import { frappeSite, readSite } from '../../../lib/realtime/frappe/listen';
import { callFrappe, readMethod } from '../../../lib/realtime/frappe/send';
import { httpPools, PooledHttp } from '../../../lib/net/http';
import { UnansweredLimit } from '../../../lib/net/retry';
import { allowedLookup } from '../../shared/egress/egress';
import { readSeconds } from '../../shared/options';
import { readEvent, readRoom } from './broadcastItem';
import { DEFAULT_METHOD_SECONDS } from './broadcastProperties';
import type { BroadcastMessage, OneByOneSession } from '../broadcast/broadcastTransport';

const CONNECT_LIMIT_MS = 10_000;

/** Calls a whitelisted method for each item, one after the other, so that the order is kept. */
export class FrappeMethodSession implements OneByOneSession {
	private settings: SocketIoSettings | undefined;

	private opening: Promise<Lease<PooledHttp>> | undefined;

	private readonly unanswered = new UnansweredLimit(3);

	constructor(private readonly context: IExecuteFunctions) {}

	checkItem(message: BroadcastMessage, itemIndex: number): void {
		this.readItem(message, itemIndex);
	}

	async send(message: BroadcastMessage, itemIndex: number): Promise<IDataObject> {
		const { context } = this;
		const { method, named, args, limitMs } = this.readItem(message, itemIndex);
		this.settings ??= readSocketIoSettings(
			await context.getCredentials('realtimeWebhooksSocketIoApi'),
		);
		const { site, settings } = frappeSite(this.settings, named, '');
		// Kept also where it failed: 1,000 items must not wait 1,000 times.
		this.opening ??= this.open(settings.origin);
		const { connection } = await this.opening;
		const { answer, messages } = await this.unanswered.call(async () => {
			const signal = context.getExecutionCancelSignal();
			return await callFrappe(connection, settings, { method, args, limitMs, signal });
		});
		const said = messages.length === 0 ? {} : { messages: [...messages] };
		return { through: 'method', site, method, answer: answer as GenericValue, ...said };
	}

	close(): void {
		void this.opening?.then(
			(lease) => lease.release(),
			() => undefined,
		);
	}

	private readItem(message: BroadcastMessage, itemIndex: number) {
		const { context } = this;
		return {
			method: readMethod(String(context.getNodeParameter('method', itemIndex))),
			named: readSite(String(context.getNodeParameter('site', itemIndex, '') ?? '')),
			args: this.readArguments(message, itemIndex),
			limitMs: readSeconds(
				context,
				'options.requestTimeout',
				'Request Timeout',
				DEFAULT_METHOD_SECONDS,
				itemIndex,
			),
		};
	}

	private readArguments(message: BroadcastMessage, itemIndex: number): Record<string, unknown> {
		const { event, payload } = readEvent(message);
		if (this.context.getNodeParameter('methodArguments', itemIndex) !== 'payload') {
			return { event, message: payload, room: readRoom(this.context, itemIndex) };
		}
		if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) {
			return { ...payload };
		}
		throw new FrappeError(
			"'Payload' is not an object, so it has no names for the method's arguments",
			"Send an object, or choose 'Event and Message' in 'Arguments'.",
		);
	}

	private async open(origin: string): Promise<Lease<PooledHttp>> {
		const lookup = await allowedLookup(this.context, origin);
		const options = { lookup, connections: 1, connectLimitMs: CONNECT_LIMIT_MS };
		const key = connectionKey(['frappe', origin]);
		return await httpPools.acquire(key, async () => new PooledHttp(origin, options));
	}
}
