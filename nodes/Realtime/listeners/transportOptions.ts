import type { INodeProperties } from 'n8n-workflow';
import type { ListenTransport } from './listenTransport';

/**
 * Entries for the node's collection 'Options': those of all transports, in the order of their names,
 * each shown for the transports that have it.
 */
export function transportOptions(transports: readonly ListenTransport[]): INodeProperties[] {
	const users = new Map<INodeProperties, string[]>();
	for (const { id, options = [] } of transports) {
		for (const option of options) users.set(option, [...(users.get(option) ?? []), id]);
	}
	return [...users]
		.map(([option, ids]) => ({
			...option,
			displayOptions: {
				...option.displayOptions,
				show: { ...option.displayOptions?.show, '/transport': ids },
			},
		}))
		.sort((a, b) => a.displayName.localeCompare(b.displayName, 'en'));
}
