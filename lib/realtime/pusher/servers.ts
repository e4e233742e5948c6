/** Kinds of servers that speak the Pusher protocol. `auto`: the user did not say which of them. */
export type PusherServer = 'anycable' | 'auto' | 'pusher' | 'reverb' | 'soketi';

/** What a server's HTTP API takes. */
export interface ServerLimits {
	/** Events in one request to `batch_events`; 1 where there is no such endpoint. */
	readonly batchEvents: number;
	/** Bytes of the body of a batch, so that it is not refused for its size. */
	readonly batchBytes: number;
	/** Bytes of one event's `data`; undefined where only the server knows. */
	readonly dataBytes: number | undefined;
	/** Bytes of a whole HTTP request with one event, its head included. */
	readonly requestBytes: number | undefined;
	/** Whether a channel without a count, where counts were asked for, is one that nobody is in. */
	readonly emptyIsNobody: boolean;
}

/** More would make one slow request of many quick ones. */
const LARGEST_BATCH_BYTES = 1024 * 1024;

/** Room in Reverb's 10,000 bytes for the head, also one that a proxy has made longer. */
const REVERB_BATCH_BYTES = 8_800;

/**
 * Limits as each server has them where its operator changed nothing.
 *
 * @see https://pusher.com/docs/channels/server_api/http-api/ 10 events, 10 kB of data
 * @see https://docs.soketi.app/app-management/configuration eventLimits: 10 events, 100 kB of data
 * @see https://github.com/laravel/reverb config/reverb.php `max_request_size`: 10,000 bytes, head and
 * body; batches of any number
 * @see https://docs.anycable.io/anycable-go/pusher no `batch_events`
 */
export const SERVER_LIMITS: Readonly<Record<PusherServer, ServerLimits>> = {
	pusher: {
		batchEvents: 10,
		batchBytes: LARGEST_BATCH_BYTES,
		dataBytes: 10 * 1024,
		requestBytes: undefined,
		emptyIsNobody: false,
	},
	soketi: {
		batchEvents: 10,
		batchBytes: LARGEST_BATCH_BYTES,
		dataBytes: 100 * 1024,
		requestBytes: undefined,
		emptyIsNobody: false,
	},
	reverb: {
		batchEvents: 1_000,
		batchBytes: REVERB_BATCH_BYTES,
		dataBytes: undefined,
		requestBytes: 10_000,
		emptyIsNobody: true,
	},
	anycable: {
		batchEvents: 1,
		batchBytes: LARGEST_BATCH_BYTES,
		dataBytes: undefined,
		requestBytes: undefined,
		emptyIsNobody: false,
	},
	// What every one of them takes; a larger single event is left to the server.
	auto: {
		batchEvents: 10,
		batchBytes: REVERB_BATCH_BYTES,
		dataBytes: undefined,
		requestBytes: undefined,
		emptyIsNobody: true,
	},
};

/** Channels of one event, all servers. */
export const MOST_CHANNELS = 100;

/**
 * The limits with the user's own size in place of the server's default.
 *
 * @param bytes of an event's data; for Reverb of the whole request
 */
export function withSizeLimit(
	server: PusherServer,
	limits: ServerLimits,
	bytes: number,
): ServerLimits {
	if (server !== 'reverb') return { ...limits, dataBytes: bytes };
	const reserve = SERVER_LIMITS.reverb.requestBytes ?? 0;
	const head = reserve - REVERB_BATCH_BYTES;
	const batchBytes = Math.min(LARGEST_BATCH_BYTES, Math.max(bytes - head, 1));
	return { ...limits, requestBytes: bytes, batchBytes };
}
