import { plainArguments } from './plainArguments';
import { takeOffset } from './recovery';

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
 * @param recovering whether the server gave the socket a private id, so that it keeps events
 */
export function readArrival(
	name: unknown,
	handed: readonly unknown[],
	recovering: boolean,
): SocketIoArrival {
	const last = handed.at(-1);
	const asksForAnswer = typeof last === 'function';
	// Events that ask for an acknowledgement are not kept, and have no offset.
	const own = asksForAnswer ? handed.slice(0, -1) : handed;
	const { args, offset } = takeOffset(own, recovering && !asksForAnswer);
	return {
		name: String(name),
		args: plainArguments(args),
		offset,
		acknowledge: asksForAnswer ? () => void Reflect.apply(last, undefined, []) : undefined,
	};
}
