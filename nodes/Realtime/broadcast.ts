import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { readPayload } from './payload';
import { transports } from './transports';
import type { TransportSession } from './transports/transport';

/**
 * Sends every input item, strictly in order.
 *
 * @returns one item for each input item: its JSON and files as they came in, and the result under
 * `broadcast`: `{transport, event, sentAt, …}` plus what the transport tells, for Socket.IO
 * `{namespace, acknowledged, acknowledgement?}`. `sentAt` is the ISO time at which sending ended.
 * With Continue on Fail, an item that was not sent is `{error: {message, description?}}` instead.
 */
export async function broadcast(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const transport = findTransport(context);
	const session = transport.openSession(context);
	const output: INodeExecutionData[] = [];
	try {
		for (const [index, item] of context.getInputData().entries()) {
			// n8n drops the output of a cancelled execution, but does not stop a loop.
			if (context.getExecutionCancelSignal()?.aborted === true) break;
			output.push(await broadcastItem(context, transport.id, session, item, index));
		}
	} finally {
		session.close();
	}
	return output;
}

async function broadcastItem(
	context: IExecuteFunctions,
	transport: string,
	session: TransportSession,
	item: INodeExecutionData,
	index: number,
): Promise<INodeExecutionData> {
	try {
		const event = String(context.getNodeParameter('event', index) ?? '');
		const payload = readPayload(context, item, index);
		const sent = await session.send({ event, payload }, index);
		const result: IDataObject = { transport, event, ...sent, sentAt: new Date().toISOString() };
		return {
			json: { ...item.json, broadcast: result },
			...(item.binary === undefined ? {} : { binary: item.binary }),
			pairedItem: { item: index },
		};
	} catch (error) {
		const { message, description } = told(error);
		if (!context.continueOnFail()) {
			const options = { description, itemIndex: index };
			const failure = new NodeOperationError(context.getNode(), message, options);
			// n8n puts a general text in place of any message with a code such as ECONNREFUSED in it.
			failure.message = message;
			failure.messages = [];
			throw failure;
		}
		const reason = description === undefined ? { message } : { message, description };
		return { json: { error: reason }, pairedItem: { item: index } };
	}
}

/** The words of any error, whoever threw it. */
function told(error: unknown): { message: string; description?: string } {
	if (!(error instanceof Error)) return { message: String(error) };
	const description = 'description' in error ? error.description : undefined;
	return {
		message: error.message,
		description: typeof description === 'string' ? description : undefined,
	};
}

function findTransport(context: IExecuteFunctions) {
	const id = context.getNodeParameter('transport', 0);
	const transport = transports.find((candidate) => candidate.id === id);
	if (transport === undefined) {
		throw new NodeOperationError(context.getNode(), `'Transport' is not one that this node knows`, {
			description: `Choose one of: ${transports.map(({ displayName }) => displayName).join(', ')}.`,
		});
	}
	return transport;
}
