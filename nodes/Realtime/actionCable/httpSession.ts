import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { HttpFault, httpPools, PooledHttp } from '../../../lib/net/http';
import { connectionKey, type Lease } from '../../../lib/net/pool';
import { broadcastOverHttp, type Publication } from '../../../lib/realtime/actionCable/anyCable';
import {
	readBroadcastEndpoint,
	type BroadcastEndpoint,
} from '../../../lib/realtime/actionCable/settings';
import { allowedLookup } from '../../shared/egress/egress';
import { asError, refusedTogether, unsent } from '../broadcast/broadcast';
import type { ItemMessage, TogetherSession } from '../broadcast/broadcastTransport';
import { cableMessage } from './broadcastItem';
import { readCableItem } from './broadcastProperties';

const LIMIT_MS = 10_000;

/** One after the other, so that the order is kept; more would stand idle. */
const CONNECTIONS = 2;

/** Waits before trying again what certainly did not arrive. */
const RETRY_DELAYS_MS = [250, 1_000];

interface Prepared {
	readonly publications: readonly Publication[];
	readonly streams: readonly string[];
}

/** Broadcasts over AnyCable's HTTP endpoint, many in one request. */
export class AnyCableSession implements TogetherSession {
	private opened: Promise<{ lease: Lease<PooledHttp>; endpoint: BroadcastEndpoint }> | undefined;

	constructor(private readonly context: IExecuteFunctions) {}

	async sendAll(messages: readonly ItemMessage[]): Promise<Array<IDataObject | Error>> {
		const prepared = messages.map((message) => this.prepare(message));
		const refused = refusedTogether(this.context, prepared);
		if (refused !== undefined) return refused;
		const outcomes = prepared.map(unsent);
		const good = prepared.flatMap((item, index) =>
			item instanceof Error ? [] : [{ ...item, index }],
		);
		for (const batch of packed(good)) {
			if (this.context.getExecutionCancelSignal()?.aborted === true) break;
			const failure = await this.post(batch.flatMap(({ publications }) => publications));
			for (const { index, streams } of batch) {
				outcomes[index] = failure ?? { through: 'http', streams: [...streams], accepted: true };
			}
		}
		return outcomes;
	}

	close(): void {
		void this.opened?.then(
			({ lease }) => lease.release(),
			() => undefined,
		);
	}

	private prepare(message: ItemMessage): Prepared | Error {
		try {
			const { streams, asEventAndPayload } = readCableItem(this.context, message.itemIndex);
			const data = cableMessage(this.context, message, asEventAndPayload);
			return { streams, publications: streams.map((stream) => ({ stream, data })) };
		} catch (error) {
			return asError(error);
		}
	}

	/** @returns why it was not sent */
	private async post(publications: readonly Publication[]): Promise<Error | undefined> {
		for (const delayMs of [...RETRY_DELAYS_MS, undefined]) {
			try {
				this.opened ??= this.open();
				const { lease, endpoint } = await this.opened;
				await broadcastOverHttp(lease.connection, endpoint, publications, LIMIT_MS);
				return undefined;
			} catch (error) {
				const surelyNot = error instanceof HttpFault && !error.mayHaveArrived;
				if (!surelyNot || delayMs === undefined) {
					return asError(error);
				}
				await new Promise((resolve) => setTimeout(resolve, delayMs));
			}
		}
		return undefined;
	}

	private async open() {
		const { context } = this;
		const endpoint = readBroadcastEndpoint(
			await context.getCredentials('realtimeWebhooksActionCableApi'),
		);
		const { origin } = endpoint;
		const lookup = await allowedLookup(context, origin);
		const options = { lookup, connections: CONNECTIONS, connectLimitMs: LIMIT_MS };
		const key = connectionKey(['anyCable', origin]);
		const lease = await httpPools.acquire(key, async () => new PooledHttp(origin, options));
		return { lease, endpoint };
	}
}

/** What proxies in front of AnyCable take at once: nginx takes 1 MB unless it is told otherwise. */
const MAX_BYTES = 512 * 1024;
const MAX_PUBLICATIONS = 500;

/** A publication's JSON besides its two texts. */
const AROUND_BYTES = 32;

/** Packs items, in order, into as few requests as their sizes allow; an item is never split. */
export function packed<T extends { readonly publications: readonly Publication[] }>(
	items: readonly T[],
): T[][] {
	const batches: T[][] = [];
	let bytes = Number.POSITIVE_INFINITY;
	let count = 0;
	for (const item of items) {
		const size = item.publications.reduce((sum, publication) => sum + bytesOf(publication), 0);
		const last = batches.at(-1);
		const fits = bytes + size <= MAX_BYTES && count + item.publications.length <= MAX_PUBLICATIONS;
		if (last === undefined || !fits) {
			batches.push([item]);
			bytes = size;
			count = item.publications.length;
		} else {
			last.push(item);
			bytes += size;
			count += item.publications.length;
		}
	}
	return batches;
}

/** In the request, the data is a text inside of JSON: its quotes are escaped. */
function bytesOf({ stream, data }: Publication): number {
	return Buffer.byteLength(JSON.stringify(data)) + Buffer.byteLength(stream) + AROUND_BYTES;
}
