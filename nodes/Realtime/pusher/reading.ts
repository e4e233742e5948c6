import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import {
	type PusherApi,
	readChannel,
	readOccupied,
	readUsers,
} from '../../../lib/realtime/pusher/api';
import { isPresence } from '../../../lib/realtime/pusher/channel';
import { PusherError } from '../../../lib/realtime/pusher/failure';
import { readLimit } from '../../shared/options';

/** Runs the operation of one item that reads; gives the items of its output. */
export async function readOperation(
	context: IExecuteFunctions,
	api: PusherApi,
	itemIndex: number,
): Promise<IDataObject[]> {
	const parameter = (name: string, fallback?: unknown): unknown =>
		context.getNodeParameter(name, itemIndex, fallback);
	const attributes = parameter('options.attributes', []);
	const info = Array.isArray(attributes) ? attributes.map(String) : [];
	const operation = parameter('operation');
	if (operation === 'getChannel') {
		return [(await readChannel(api, channelOf(parameter), info)) as IDataObject];
	}
	const limit = readLimit(context, itemIndex);
	const prefix = String(parameter('filters.prefix', '') ?? '').trim();
	const results =
		operation === 'getPresenceMembers'
			? await readUsers(api, presenceChannelOf(parameter))
			: await readOccupied(api, prefix, info);
	return (results as IDataObject[]).slice(0, limit);
}

function channelOf(parameter: (name: string) => unknown): string {
	const channel = String(parameter('channel') ?? '').trim();
	// A slash or a question mark would make another path of it.
	if (channel !== '' && !/[\s/?#%]/.test(channel)) return channel;
	throw new PusherError(
		'event',
		channel === '' ? "'Channel' is empty" : "'Channel' is not a valid channel name",
		'Enter one name, such as presence-room.',
	);
}

function presenceChannelOf(parameter: (name: string) => unknown): string {
	const channel = channelOf(parameter);
	if (isPresence(channel)) return channel;
	throw new PusherError(
		'event',
		`'Channel' is ${channel}, but only presence channels have members`,
		'Enter a name that starts with presence-.',
	);
}
