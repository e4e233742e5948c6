import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import { failedItem } from '../../shared/failedItem';
import { withFixedParameters } from '../listen/listenOptions';
import type {
	BroadcastMessage,
	ItemMessage,
	OneByOneSession,
	PostedEvent,
	RealtimeTransport,
	TogetherSession,
	TransportSession,
} from './broadcastTransport';
import { readPayload } from './payload';

/**
 * Sends every input item: in order, one by one, or many at once where the transport can.
 *
 * @param transports those that the parameter 'Transport' chooses from
 * @returns one item for each input item: its JSON and files as they came in, and the result under
 * `broadcast`: `{transport, event, sentAt, …}` plus what the transport tells, for Socket.IO
 * `{namespace, acknowledged, acknowledgement?}`. `sentAt` is the ISO time at which sending ended.
 * With Continue on Fail, an item that was not sent is `{error: {message, description?}}` instead.
 */
export async function broadcast(
	execution: IExecuteFunctions,
	transports: readonly RealtimeTransport[],
): Promise<INodeExecutionData[]> {
	const context = withFixedParameters(execution);
	const transport = findTransport(context, transports);
	const session = transport.openSession(context);
	try {
		if (session.read !== undefined && transport.isReading?.(context) === true) {
			return await readOneByOne(context, session.read.bind(session));
		}
		return session.sendAll === undefined
			? await sendOneByOne(context, transport.id, session)
			: await sendTogether(context, transport.id, session.sendAll.bind(session));
	} finally {
		session.close();
	}
}

/** So many items are on their way at most before the network is waited for. */
const MOST_POSTED = 100;

async function sendOneByOne(
	context: IExecuteFunctions,
	transport: string,
	session: OneByOneSession,
): Promise<INodeExecutionData[]> {
	await checkAll(context, session);
	const output: INodeExecutionData[] = [];
	let posted: PostedItem[] = [];
	const settle = async () => {
		const waiting = posted;
		posted = [];
		await settleAll(context, waiting, output);
	};
	for (const [index, item] of context.getInputData().entries()) {
		// n8n drops the output of a cancelled execution, but does not stop a loop.
		if (context.getExecutionCancelSignal()?.aborted === true) break;
		try {
			const message = readMessage(context, item, index);
			const handed = session.handOver?.(message, index);
			const event = handed instanceof Promise ? await handed : handed;
			if (event === undefined) await settle();
			const sent = event?.sent ?? (await session.send(message, index));
			output.push(sentItem(item, index, { transport, event: message.event, ...sent }));
			if (event !== undefined) posted.push({ event, index });
			if (posted.length >= MOST_POSTED) await settle();
		} catch (error) {
			await settle();
			output.push(failedItem(context, error, index));
		}
	}
	await settle();
	return output;
}

/** Without Continue on Fail nothing is sent where one item cannot be. */
async function checkAll(context: IExecuteFunctions, session: OneByOneSession): Promise<void> {
	if (context.continueOnFail()) return;
	const check = async (one: (item: INodeExecutionData, index: number) => void | Promise<void>) => {
		for (const [index, item] of context.getInputData().entries()) {
			try {
				const checking = one(item, index);
				if (checking !== undefined) await checking;
			} catch (error) {
				failedItem(context, error, index);
			}
		}
	};
	await check((item, index) => session.checkItem?.(readMessage(context, item, index), index));
	await check((_item, index) => session.checkAtServer?.(index));
}

/** An item whose event was handed over. */
interface PostedItem {
	readonly event: PostedEvent;
	readonly index: number;
}

/** Waits until all have left; where a connection fails, none of those on it is known to have. */
async function settleAll(
	context: IExecuteFunctions,
	posted: readonly PostedItem[],
	output: INodeExecutionData[],
): Promise<void> {
	// What was posted last on a connection leaves last.
	const last = new Map(posted.map(({ event }) => [event.way, event]));
	for (const [way, event] of last) {
		try {
			await event.settle();
		} catch (error) {
			for (const { event: other, index } of posted) {
				if (other.way === way) output[index] = failedItem(context, error, index);
			}
		}
	}
}

async function sendTogether(
	context: IExecuteFunctions,
	transport: string,
	sendAll: TogetherSession['sendAll'],
): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	const messages = items.map((item, itemIndex): ItemMessage | Error => {
		try {
			const { event, payload } = readMessage(context, item, itemIndex);
			return { event, payload, itemIndex };
		} catch (error) {
			return error instanceof Error ? error : new Error(String(error));
		}
	});
	// As in checkAll.
	const wrong = messages.findIndex((message) => message instanceof Error);
	if (wrong >= 0 && !context.continueOnFail()) failedItem(context, messages[wrong], wrong);
	const good = messages.filter((message): message is ItemMessage => !(message instanceof Error));
	const outcomes = await sendAll(good);
	const byItem = new Map(good.map(({ itemIndex }, position) => [itemIndex, outcomes[position]]));
	return items.map((item, index) => {
		const message = messages[index];
		if (message === undefined || message instanceof Error) {
			return failedItem(context, message, index);
		}
		const outcome = byItem.get(index);
		if (outcome === undefined || outcome instanceof Error) {
			return failedItem(context, outcome ?? new Error('The item was not sent'), index);
		}
		return sentItem(item, index, { transport, event: message.event, ...outcome });
	});
}

/** Operations that read make items of their own. */
async function readOneByOne(
	context: IExecuteFunctions,
	read: NonNullable<TransportSession['read']>,
): Promise<INodeExecutionData[]> {
	const output: INodeExecutionData[] = [];
	for (const index of context.getInputData().keys()) {
		if (context.getExecutionCancelSignal()?.aborted === true) break;
		try {
			const results = await read(index);
			output.push(...results.map((json) => ({ json, pairedItem: { item: index } })));
		} catch (error) {
			output.push(failedItem(context, error, index));
		}
	}
	return output;
}

function readMessage(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	index: number,
): BroadcastMessage {
	const given: unknown = context.getNodeParameter('event', index) ?? '';
	// An empty list is no name, either: each transport says what to enter.
	const event = Array.isArray(given) && given.length === 0 ? '' : given;
	if (typeof event === 'object') {
		throw new NodeOperationError(context.getNode(), "'Event' is not text", {
			itemIndex: index,
			description: 'Check the expression: it has to return the name of one event.',
		});
	}
	return { event: String(event), payload: readPayload(context, item, index) };
}

function sentItem(
	item: INodeExecutionData,
	index: number,
	result: IDataObject & Pick<SentFields['broadcast'], 'transport' | 'event'>,
): INodeExecutionData {
	return {
		json: { ...item.json, broadcast: { ...result, sentAt: timeNow() } },
		...(item.binary === undefined ? {} : { binary: item.binary }),
		pairedItem: { item: index },
	};
}

let [lastMs, lastTime] = [Number.NaN, ''];

/** RFC 3339, written once a millisecond: thousands of items are sent in a few. */
function timeNow(): string {
	const now = Date.now();
	if (now !== lastMs) [lastMs, lastTime] = [now, new Date(now).toISOString()];
	return lastTime;
}

/** What the item of an event that was sent has beside its own fields. */
export interface SentFields {
	readonly broadcast: {
		readonly transport: string;
		readonly event: string;
		/** RFC 3339, UTC. */
		readonly sentAt: string;
	};
}

function findTransport(context: IExecuteFunctions, transports: readonly RealtimeTransport[]) {
	const id = context.getNodeParameter('transport', 0);
	const transport = transports.find((candidate) => candidate.id === id);
	if (transport === undefined) {
		throw new NodeOperationError(context.getNode(), `'Transport' is not supported by this node`, {
			description: `Choose one of: ${transports.map(({ displayName }) => displayName).join(', ')}.`,
		});
	}
	return transport;
}

/**
 * The outcomes where nothing is sent since one item cannot be: without Continue on Fail that item ends
 * the node, and nobody could tell which of the others had left.
 *
 * @param prepared what each item sends, or why it cannot be sent
 * @returns undefined where sending may begin
 */
export function refusedTogether(
	context: IExecuteFunctions,
	prepared: ReadonlyArray<object | Error>,
): Array<IDataObject | Error> | undefined {
	if (context.continueOnFail()) return undefined;
	if (!prepared.some((item) => item instanceof Error)) return undefined;
	return prepared.map((item) => (item instanceof Error ? item : {}));
}

/** The outcome of an item that was not sent (yet). */
export function unsent(prepared: object | Error): IDataObject | Error {
	return prepared instanceof Error ? prepared : new Error('The item was not sent');
}

/** Whatever was thrown, as an error. */
export function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}
