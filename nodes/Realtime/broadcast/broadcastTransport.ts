import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

/** What an item asks to be sent, whatever the transport. */
export interface BroadcastMessage {
	readonly event: string;
	readonly payload: unknown;
}

/** A message with the input item that it comes from. */
export interface ItemMessage extends BroadcastMessage {
	readonly itemIndex: number;
}

/** An event that was handed over, but has perhaps not left yet. */
export interface PostedEvent {
	/** The connection that it leaves on. */
	readonly way: object;
	/** What `send` would have returned. */
	readonly sent: IDataObject;
	/** Resolves when it has left, and all that was posted before on the same way. */
	settle(): Promise<void>;
}

/** One execution's use of a transport: opened once, asked for every item in order, then closed. */
export type TransportSession = OneByOneSession | TogetherSession;

/** The one action of a transport that has no parameter 'Operation'. */
export const sendAction = (action: string, description: string): INodePropertyOptions[] => [
	{ name: 'Send', value: 'send', action, description },
];

interface Session {
	/**
	 * Does one item's operation where the transport {@link RealtimeTransport.isReading reads}.
	 *
	 * @returns the items of the output that it makes
	 */
	read?(itemIndex: number): Promise<IDataObject[]>;
	/** Gives back what the session holds; called exactly once, also after errors. */
	close(): void;
}

/** Sends item by item. */
export interface OneByOneSession extends Session {
	/**
	 * Reads all that one item says, before anything of any item is sent.
	 *
	 * @throws where the item cannot be sent
	 */
	checkItem?(message: BroadcastMessage, itemIndex: number): void;
	/**
	 * Asks the server whether it takes an item that was checked, before anything of any item is sent.
	 *
	 * @throws where it does not, also as a rejection
	 */
	checkAtServer?(itemIndex: number): void | Promise<void>;
	/**
	 * Sends one item's message.
	 *
	 * @returns what the output shows beside `transport`, `event` and `sentAt`
	 */
	send(message: BroadcastMessage, itemIndex: number): Promise<IDataObject>;
	/**
	 * Hands one item's message over without waiting until it has left, where the transport can.
	 *
	 * @returns undefined where this item has to be sent by `send`; a promise only where a connection
	 * has to be opened first, so that many events can leave together
	 */
	handOver?(
		message: BroadcastMessage,
		itemIndex: number,
	): PostedEvent | undefined | Promise<PostedEvent | undefined>;
	readonly sendAll?: undefined;
}

/** Sends many items with fewer requests. */
export interface TogetherSession extends Session {
	/**
	 * Sends the messages of all items; without Continue on Fail none where one cannot be sent.
	 *
	 * @returns one outcome for each, in order: what the output shows beside `transport`, `event` and
	 * `sentAt`, or why it was not sent
	 */
	sendAll(messages: readonly ItemMessage[]): Promise<ReadonlyArray<IDataObject | Error>>;
}

/** All that the node Realtime Broadcast has to know about one kind of realtime server. */
export interface RealtimeTransport {
	/** Value of the parameter 'Transport'. */
	readonly id: string;
	/** Name and description in that parameter's list. */
	readonly displayName: string;
	readonly description: string;
	/** What n8n's list of actions shows for this transport: values of `operation`. */
	readonly actions: INodePropertyOptions[];
	/** Parameters that say where to send, shown before 'Event'. */
	readonly target: INodeProperties[];
	/** Parameters that say how to send, shown after 'Payload'. */
	readonly delivery: INodeProperties[];
	/** Whether the node's operation reads from the server instead of sending to it. */
	isReading?(context: IExecuteFunctions): boolean;
	openSession(context: IExecuteFunctions): TransportSession;
}
