/** What a publisher sends: a CloudEvents 1.0 envelope in JSON. The hub reads these fields only. */
export interface EventEnvelope {
	id: string;
	source: string;
	type: string;
	/** Set on a replay: the id of the execution whose event was sent again. */
	replayof?: string | number;
	/** Set on a replay: when it was sent again, ISO 8601. */
	replayedat?: string;
	[attribute: string]: unknown;
}

/** Longest `id`, `source` or `type` the hub takes, in characters. */
const MAX_ATTRIBUTE_LENGTH = 1024;

/** Throws an `Error`, in words for the publisher, where a received value is not such an envelope. */
export function assertEnvelope(value: unknown): asserts value is EventEnvelope {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw new Error(
			'The event must be one JSON object: a CloudEvents envelope with id, source and type.',
		);
	}
	const attributes = new Map<string, unknown>(Object.entries(value));
	for (const name of ['id', 'source', 'type']) {
		const attribute = attributes.get(name);
		if (typeof attribute !== 'string' || attribute === '') {
			throw new Error(`The event has no '${name}'. It must be a text that is not empty.`);
		}
		if (attribute.length > MAX_ATTRIBUTE_LENGTH) {
			throw new Error(`The event's '${name}' is longer than ${MAX_ATTRIBUTE_LENGTH} characters.`);
		}
	}
}

/**
 * The identity under which an event is listed once. A replay carries the id and source of the
 * original, so what tells two replays apart is added.
 */
export function identityOf({ source, id, replayof, replayedat }: EventEnvelope): string {
	return JSON.stringify([source, id, replayof ?? null, replayedat ?? null]);
}
