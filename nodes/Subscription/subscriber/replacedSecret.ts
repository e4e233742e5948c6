import type { Subscriber } from '../../../lib/subscriber/subscriber';
import type { SubscriberChange } from '../../../lib/subscriber/rows';

const HOUR_MS = 3_600_000;

/**
 * Puts a new secret into the place of the present one, which signs beside it for a while.
 *
 * @returns nothing where it is the same
 */
export function replacedSecret(
	{ secret: before }: Pick<Subscriber, 'secret'>,
	secret: string,
	graceHours: number,
): SubscriberChange {
	if (before === secret) return {};
	const until = new Date(Date.now() + graceHours * HOUR_MS);
	const keeps = before !== undefined && graceHours > 0;
	return { secret, previousSecret: keeps ? { secret: before, until } : null };
}
