import type { IncomingMessage } from 'node:http';
import { deliver, type Delivery } from './deliver.mts';
import type { EventLog, KometiaEvent } from './events.mts';
import { newOrder, type OrderWish } from './order.mts';

/** What `POST /admin/orders` is told; all of it may be left out. */
export interface OrderRequest extends OrderWish {
	/** Where the event goes. @default the store's webhook */
	readonly webhookUrl?: string;
	/** @default `order.created` */
	readonly type?: string;
	/** The event's id. One that is there already is delivered again, as a retry is. */
	readonly eventId?: string;
}

export interface OrderResult {
	/** Whether the event is new, or an older one that was delivered again. */
	readonly created: boolean;
	readonly event: KometiaEvent;
	readonly delivery: Delivery;
}

/** A request that cannot be carried out; the message says why. */
export class BadRequestError extends Error {}

const MOST_BYTES = 64 * 1024;

const TEXT_FIELDS = ['webhookUrl', 'type', 'eventId', 'customer', 'product', 'total'] as const;

/**
 * Somebody buys something: makes the order and its event, and delivers it.
 *
 * @param webhookUrl where the store delivers to where the request names no other
 * @throws {BadRequestError}
 */
export async function placeOrder(
	events: EventLog,
	request: OrderRequest,
	webhookUrl: string | undefined,
): Promise<OrderResult> {
	const target = request.webhookUrl ?? webhookUrl;
	if (target === undefined) throw new BadRequestError('This store has no webhook: name webhookUrl');
	if (!/^https?:\/\//.test(target) || !URL.canParse(target)) {
		throw new BadRequestError('webhookUrl is no http or https address');
	}
	const { eventId: id, type = 'order.created' } = request;
	const existing = id === undefined ? undefined : events.get(id);
	const event = existing ?? events.create({ ...(id ? { id } : {}), type, data: newOrder(request) });
	return { created: existing === undefined, event, delivery: await deliver(event, target) };
}

/**
 * Reads the body of `POST /admin/orders`.
 *
 * @throws {BadRequestError}
 */
export async function readOrderRequest(request: IncomingMessage): Promise<OrderRequest> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request) {
		bytes += (chunk as Buffer).length;
		if (bytes > MOST_BYTES) throw new BadRequestError('The body is too large');
		chunks.push(chunk as Buffer);
	}
	const value = parse(Buffer.concat(chunks).toString('utf8') || '{}');
	const wrong = TEXT_FIELDS.find((name) => !['undefined', 'string'].includes(typeof value[name]));
	if (wrong !== undefined) throw new BadRequestError(`${wrong} must be text`);
	return value;
}

function parse(text: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value === 'object' && value !== null) return { ...value };
	} catch {
		// Said below.
	}
	throw new BadRequestError('The body must be a JSON object');
}
