import type { LookupFunction } from 'node:net';
import type { INodeProperties, ITriggerFunctions } from 'n8n-workflow';
import type { RealtimeSource } from '../../../lib/realtime/source';

/**
 * Asks n8n's egress policy before each connection.
 *
 * @param origin `http(s)://host[:port]`
 * @returns the lookup to resolve names with, undefined on an n8n without a policy
 * @throws {RealtimeFailure} a permanent one where the policy forbids the address
 */
export type Egress = (origin: string) => Promise<LookupFunction | undefined>;

/** All that the node Realtime Trigger has to know about one kind of realtime server. */
export interface ListenTransport {
	/** Value of the parameter 'Transport'. */
	readonly id: string;
	/** Name and description in that parameter's list. */
	readonly displayName: string;
	readonly description: string;
	/** What n8n's list of the trigger's actions says. */
	readonly action: string;
	/** Parameters of this transport, each shown for it only. */
	readonly properties: INodeProperties[];
	/** Entries for the node's collection 'Options', each shown for this transport only. */
	readonly options?: INodeProperties[];
	/**
	 * Reads parameters and credential, before anything is connected.
	 *
	 * @throws {NodeOperationError} that names the parameter or field and says what to do
	 */
	open(context: ITriggerFunctions, egress: Egress): Promise<RealtimeSource>;
}

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
		.sort((a, b) => (a.displayName < b.displayName ? -1 : 1));
}
