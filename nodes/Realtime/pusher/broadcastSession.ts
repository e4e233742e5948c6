import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { connectionKey, type Lease } from '../../../lib/net/pool';
import { httpPools, PooledHttp } from '../../../lib/net/http';
import { PusherApi } from '../../../lib/realtime/pusher/api';
import { readChannels } from '../../../lib/realtime/pusher/channel';
import { PusherError } from '../../../lib/realtime/pusher/failure';
import { apiEvents, type ApiEvent } from '../../../lib/realtime/pusher/publishedMessage';
import {
	assertRequestSizes,
	publishAll,
	type PublishOutcome,
} from '../../../lib/realtime/pusher/publish';
import {
	SERVER_LIMITS,
	withSizeLimit,
	type ServerLimits,
	assertApiSettings,
	readPusherSettings,
	type PusherSettings,
} from '../../../lib/realtime/pusher/settings';
import { allowedLookup } from '../../shared/egress/egress';
import { readSeconds } from '../../shared/options';
import type { ItemMessage, TogetherSession } from '../broadcast/broadcastTransport';
import { DEFAULT_LIMIT_SECONDS, GATHER_LIMIT_SECONDS } from './broadcastProperties';
import { readOperation } from './reading';

/** Requests at the same time to one app: enough to hide the network, few enough for any server. */
const CONNECTIONS = 4;

/** Sends an execution's items as few signed requests, over a pool that each credential has. */
export class PusherBroadcastSession implements TogetherSession {
	private opened: Promise<OpenedApi> | undefined;

	private lease: Lease<PooledHttp> | undefined;

	constructor(private readonly context: IExecuteFunctions) {}

	async sendAll(messages: readonly ItemMessage[]): Promise<Array<IDataObject | Error>> {
		const opened = await this.open().catch(asError);
		if (opened instanceof Error) return messages.map(() => opened);
		const { api, settings } = opened;
		const checked = messages.map((message) => this.check(message, settings));
		// Without Continue on Fail nothing is sent where one item cannot be.
		const wrong = checked.findIndex(({ error }) => error !== undefined);
		if (wrong >= 0 && !this.context.continueOnFail()) {
			throw this.refusal(checked[wrong]?.error, messages[wrong]?.itemIndex);
		}
		const good = checked.filter(({ error }) => error === undefined);
		const limits = this.limits(settings, messages);
		const events = good.map((each) => each.events);
		const outcomes = await publishAll(api, events, limits, CONNECTIONS);
		for (const [position, each] of good.entries()) each.outcome = outcomes[position];
		return checked.map(result);
	}

	async read(itemIndex: number): Promise<IDataObject[]> {
		const { api } = await this.open();
		return await readOperation(this.context, api, itemIndex);
	}

	close(): void {
		this.lease?.release();
	}

	private async open(): Promise<OpenedApi> {
		this.opened ??= this.openApi();
		return await this.opened;
	}

	private async openApi(): Promise<OpenedApi> {
		const { context } = this;
		const settings = readPusherSettings(await context.getCredentials('realtimeWebhooksPusherApi'));
		assertApiSettings(settings);
		const limitMs = readSeconds(
			context,
			'options.requestTimeout',
			'Request Timeout',
			DEFAULT_LIMIT_SECONDS,
			0,
		);
		const isNamed = readOptions(context, 0).requestTimeout !== undefined;
		const gatherMs = isNamed ? limitMs : GATHER_LIMIT_SECONDS * 1000;
		const { apiOrigin: origin } = settings;
		// Asked in every execution, also where the pool has a connection: the policy may have changed.
		const lookup = await allowedLookup(context, origin);
		this.lease = await httpPools.acquire(connectionKey(['pusher', settings]), async () => {
			const options = { lookup, connections: CONNECTIONS, connectLimitMs: limitMs };
			return new PooledHttp(origin, options);
		});
		const signal = context.getExecutionCancelSignal();
		const { connection } = this.lease;
		return { settings, api: new PusherApi(settings, connection, { limitMs, gatherMs }, signal) };
	}

	/** The item's events, or why it cannot be sent. */
	private check(message: ItemMessage, settings: PusherSettings): CheckedMessage {
		const { event, payload, itemIndex } = message;
		const { context } = this;
		try {
			const options = readOptions(context, itemIndex);
			const channels = readChannels(context.getNodeParameter('channels', itemIndex));
			const socketId = String(options.socketId ?? '').trim();
			const counts = options.reportSubscriptions === true;
			const limits = limitsOf(context, settings, options, itemIndex);
			const events = apiEvents({ event, payload, channels, socketId, counts }, settings, limits);
			assertRequestSizes(events, limits);
			return { channels, events };
		} catch (error) {
			return { channels: [], events: [], error: asError(error) };
		}
	}

	private refusal(error: Error | undefined, itemIndex: number | undefined): Error {
		if (!(error instanceof PusherError)) return error ?? new PusherError('event', '', '');
		const { message, description } = error;
		return new NodeOperationError(this.context.getNode(), message, { description, itemIndex });
	}

	/** Of a batch, the strictest of its items' limits would hold; they are as a rule all the same. */
	private limits(settings: PusherSettings, [first]: readonly ItemMessage[]): ServerLimits {
		const itemIndex = first?.itemIndex ?? 0;
		return limitsOf(this.context, settings, readOptions(this.context, itemIndex), itemIndex);
	}
}

interface OpenedApi {
	readonly api: PusherApi;
	readonly settings: PusherSettings;
}

interface CheckedMessage {
	readonly channels: readonly string[];
	readonly events: readonly ApiEvent[];
	readonly error?: Error;
	outcome?: PublishOutcome;
}

function result({ channels, error, outcome }: CheckedMessage): IDataObject | Error {
	if (error !== undefined) return error;
	if (outcome === undefined) return new PusherError('event', 'The item was not sent', '');
	if (outcome instanceof PusherError) return outcome;
	const isTold = Object.keys(outcome).length > 0;
	return { channels: [...channels], ...(isTold ? { subscriptions: { ...outcome } } : {}) };
}

function limitsOf(
	context: IExecuteFunctions,
	settings: PusherSettings,
	{ sizeLimit }: Readonly<Record<string, unknown>>,
	itemIndex: number,
): ServerLimits {
	const limits = SERVER_LIMITS[settings.server];
	if (sizeLimit === undefined) return limits;
	const bytes = Number(sizeLimit);
	if (Number.isInteger(bytes) && bytes > 0) return withSizeLimit(settings.server, limits, bytes);
	throw new NodeOperationError(
		context.getNode(),
		"'Size Limit (Bytes)' is not a whole number above 0",
		{ itemIndex },
	);
}

function readOptions(
	context: IExecuteFunctions,
	itemIndex: number,
): Readonly<Record<string, unknown>> {
	const options: unknown = context.getNodeParameter('options', itemIndex, {});
	return typeof options === 'object' && options !== null
		? (options as Readonly<Record<string, unknown>>)
		: {};
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new PusherError('event', String(error), '');
}
