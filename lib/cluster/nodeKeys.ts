import { createHash } from 'node:crypto';

/** Bytes of a hash: among a million keys, two are the same once in 10^17. */
const MEMBER_BYTES = 12;

/** What stands in Redis for the key of an event: short, and of the same length for each. */
export function memberOf(eventKey: string): Buffer {
	return createHash('sha256').update(eventKey).digest().subarray(0, MEMBER_BYTES);
}

/**
 * Names of the Redis keys of one node. All have its hash tag, so that they stand on one server of a
 * Redis cluster and one script may touch several.
 */
export class NodeKeys {
	private readonly start: string;

	/**
	 * @param prefix of this n8n
	 * @param scope which node of which workflow
	 */
	constructor(prefix: string, scope: string) {
		this.start = `${prefix}:realtime-webhooks:{${scope}}:`;
	}

	/** Hash: what is known of each key whose execution n8n has stored. */
	get known(): string {
		return `${this.start}known`;
	}

	/** List: those keys in the order in which they came. */
	get order(): string {
		return `${this.start}order`;
	}

	/** Hash: events whose execution is not known to have ended. */
	get outbox(): string {
		return `${this.start}outbox`;
	}

	/** Sorted set: when each event came into the outbox. */
	get outboxTimes(): string {
		return `${this.start}outbox-times`;
	}

	/** Hash: which process has begun with each event whose end is not known. */
	get running(): string {
		return `${this.start}running`;
	}

	/** Number: bytes in the outbox. */
	get outboxBytes(): string {
		return `${this.start}outbox-bytes`;
	}

	/** Written for a moment, to see whether that is possible. */
	get check(): string {
		return `${this.start}check`;
	}

	/** Who writes into n8n's own store. */
	get lock(): string {
		return `${this.start}lock`;
	}

	/** Hash: deliveries that were turned away, counted by all processes, and not told yet. */
	get refused(): string {
		return `${this.start}refused`;
	}

	/** The same, of those that are being told. */
	get refusedTaken(): string {
		return `${this.start}refused-taken`;
	}

	/** When and by whom the last ones were told. */
	get refusedTold(): string {
		return `${this.start}refused-told`;
	}

	/** Hash: which process listens, and when it said so. */
	get listening(): string {
		return `${this.start}listening`;
	}

	/** Sorted set: receivers that only fail, and until when that counts. */
	get circuits(): string {
		return `${this.start}circuits`;
	}

	/** Sorted set: until when nobody else asks them whether they are back. */
	get probes(): string {
		return `${this.start}probes`;
	}

	/** Hash: the next place under the rate limit of a receiver. */
	places(member: Buffer): string {
		return `${this.start}places:${member.toString('base64url')}`;
	}

	/** Who has the claim of a key. */
	claim(member: Buffer): string {
		return `${this.start}claim:${member.toString('base64url')}`;
	}

	/** Who does a piece of work, or has done it. */
	work(member: Buffer): string {
		return `${this.start}work:${member.toString('base64url')}`;
	}
}
