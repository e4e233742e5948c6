import type { PusherApi } from './api';
import { isPresence } from './channel';

/** What a server tells of a channel; the names of its counts are the protocol's, in camel case. */
export interface ChannelInfo extends Record<string, unknown> {
	readonly channel: string;
}

/**
 * Channels that somebody is subscribed to.
 *
 * @param prefix of their names, empty for all
 * @param info attributes to ask for, such as `user_count`
 */
export async function readOccupied(
	api: PusherApi,
	prefix: string,
	info: readonly string[],
): Promise<ChannelInfo[]> {
	const query = {
		...(prefix === '' ? {} : { filter_by_prefix: prefix }),
		...(info.length === 0 ? {} : { info: info.join(',') }),
	};
	const what = 'list its channels';
	const path = '/channels';
	const { channels } = await api.call({ method: 'GET', path, query, what, gathers: true });
	// PHP writes an empty map as an empty list.
	return Object.entries((channels ?? {}) as Record<string, unknown>).map(([channel, attributes]) =>
		describe(channel, attributes),
	);
}

/**
 * One channel; also told where nobody is subscribed. Of such a one Reverb tells no counts, or nothing
 * at all: then what was asked for is 0.
 */
export async function readChannel(
	api: PusherApi,
	channel: string,
	info: readonly string[],
): Promise<ChannelInfo> {
	const query: Record<string, string> = info.length === 0 ? {} : { info: info.join(',') };
	const what = `tell of the channel ${channel}`;
	const path = `/channels/${channel}`;
	const answer = await api.call({ method: 'GET', path, query, what, gathers: true });
	const isUntold = Object.keys(answer).length === 0;
	if (!isUntold && answer.occupied !== false) return describe(channel, answer);
	const nobody = info.filter((name) => (name === 'user_count') === isPresence(channel));
	const counts = Object.fromEntries(nobody.map((name) => [name, 0]));
	return describe(channel, { occupied: false, ...counts, ...answer });
}

/** Members of a presence channel; none where nobody is in it. */
export async function readUsers(
	api: PusherApi,
	channel: string,
): Promise<Array<{ id: string } & Record<string, unknown>>> {
	const what = `tell the members of ${channel}`;
	const path = `/channels/${channel}/users`;
	const mayBeNobody = true;
	const { users } = await api.call({ method: 'GET', path, what, gathers: true, mayBeNobody });
	const list: unknown[] = Array.isArray(users) ? users : [];
	return list.map((user) => {
		const fields = (typeof user === 'object' && user !== null ? user : { id: user }) as object;
		return { ...fields, id: String((fields as { id?: unknown }).id ?? ''), channel };
	});
}

function describe(channel: string, attributes: unknown): ChannelInfo {
	const fields = Object.entries((attributes ?? {}) as Record<string, unknown>).map(
		([name, value]) => [name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase()), value],
	);
	return { channel, ...(Object.fromEntries(fields) as Record<string, unknown>) };
}
