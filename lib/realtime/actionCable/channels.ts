import { tryJson } from '../../event/json';
import { RealtimeFailure } from '../../net/failure';

/** One subscription. */
export interface CableChannel {
	/** The JSON text that names it: sent once, and echoed byte for byte in everything about it. */
	readonly identifier: string;
	/** The channel's class, such as `RoomChannel`. */
	readonly name: string;
	/** All that the identifier holds besides the class. */
	readonly params: Readonly<Record<string, unknown>>;
}

/** A text outside of which white space means nothing. */
const TEXT_OR_SPACE = /("(?:[^"\\]|\\.)*")|\s+/g;

/**
 * Reads the parameter 'Channels': class names and JSON objects, separated by commas or lines, or a
 * list of both that an expression gives. What is listed twice is subscribed to once: servers answer
 * a second subscription with silence (rails/rails#44652).
 *
 * @throws {RealtimeFailure} that says what is wrong
 */
export function readChannels(value: unknown): CableChannel[] {
	const channels = entries(value).map(readChannel);
	if (channels.length === 0) {
		throw channelsFailure('is empty', 'Enter at least one, such as RoomChannel.');
	}
	const byIdentifier = new Map(channels.map((channel) => [channel.identifier, channel]));
	return [...byIdentifier.values()];
}

/** How messages name a channel: its class, or all of its identifier where it has parameters. */
export function channelLabel({ identifier, name, params }: CableChannel): string {
	return Object.keys(params).length === 0 ? name : identifier;
}

function entries(value: unknown): unknown[] {
	if (Array.isArray(value)) return value;
	if (typeof value === 'object' && value !== null) return [value];
	const text = String(value ?? '').trim();
	if (!text.startsWith('[')) return splitOutsideOfJson(text);
	const list = tryJson(text);
	if (!Array.isArray(list)) {
		throw channelsFailure('starts like a JSON list, but is not one', 'Close the list with ].');
	}
	return list;
}

function readChannel(entry: unknown): CableChannel {
	const text = typeof entry === 'string' ? entry.trim() : JSON.stringify(entry);
	if (text === undefined || text === '') {
		throw channelsFailure('has an empty entry', 'Enter a channel, such as RoomChannel.');
	}
	if (!text.startsWith('{')) {
		if (typeof entry === 'string') return namedChannel(JSON.stringify({ channel: text }));
		throw channelsFailure(
			`has an entry that is neither a name nor an object: ${text}`,
			'Enter names such as RoomChannel, or objects with the field channel.',
		);
	}
	// Not written anew from the parsed object: a long number would change.
	return namedChannel(text.replace(TEXT_OR_SPACE, '$1'));
}

function namedChannel(identifier: string): CableChannel {
	const parsed = tryJson(identifier);
	if (typeof parsed !== 'object' || parsed === null) {
		throw channelsFailure(
			`has an object that is not valid JSON: ${identifier}`,
			'Enter a value such as {"channel": "RoomChannel", "room": "1"}.',
		);
	}
	const { channel, ...params } = parsed as Record<string, unknown>;
	if (typeof channel !== 'string' || channel.trim() === '') {
		throw channelsFailure(
			`has an object without the name of its channel: ${identifier}`,
			'Add the field channel, such as {"channel": "RoomChannel", "room": "1"}.',
		);
	}
	return { identifier, name: channel, params };
}

/** Splits at commas and line ends that are not inside of an object or text. */
function splitOutsideOfJson(text: string): string[] {
	const parts: string[] = [];
	let depth = 0;
	let start = 0;
	for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],\n]/g)) {
		if (token === '{' || token === '[') depth += 1;
		else if (token === '}' || token === ']') depth -= 1;
		else if (depth === 0 && (token === ',' || token === '\n')) {
			parts.push(text.slice(start, index));
			start = index + 1;
		}
	}
	parts.push(text.slice(start));
	return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function channelsFailure(what: string, toDo: string): RealtimeFailure {
	return new RealtimeFailure(`'Channels' ${what}`, { description: toDo, permanent: true });
}
