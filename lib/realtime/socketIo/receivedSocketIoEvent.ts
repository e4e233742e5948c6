import { plainArguments } from './plainArguments';
import type { Offsets } from './recovery';

/** An event as it arrived, before it is known what it means. */
export interface SocketIoArrival {
	readonly name: string;
	/** Arguments in JSON, without acknowledgement function and recovery offset. */
	readonly args: readonly unknown[];
	/** The server's own id of the event, where it keeps events. */
	readonly offset: string | undefined;
	/** Answers the server, where it asks for an acknowledgement. */
	readonly acknowledge: (() => void) | undefined;
}

/**
 * Reads what socket.io-client hands to a listener of all events.
 *
 * @param offsets undefined where the server keeps no events: it gave the socket no private id
 */
export function readArrival(
	name: unknown,
	handed: readonly unknown[],
	offsets: Offsets | undefined,
): SocketIoArrival {
	const last = handed.at(-1);
	const asksForAnswer = typeof last === 'function';
	// Events that ask for an acknowledgement are not kept, and have no offset.
	const own = asksForAnswer ? handed.slice(0, -1) : handed;
	const { args, offset } = (asksForAnswer ? undefined : offsets)?.take(own, Date.now()) ?? {
		args: own,
		offset: undefined,
	};
	return {
		name: String(name),
		args: plainArguments(args),
		offset,
		acknowledge: asksForAnswer ? () => void Reflect.apply(last, undefined, []) : undefined,
	};
}
