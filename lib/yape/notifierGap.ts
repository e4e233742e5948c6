import type { PartlyCaughtUp } from '../realtime/source';
import { byNumber, type MadeUpFor } from './notifierCatchUp';

/**
 * Tells whose notifications a catch-up has made up for, and whose are lost. It is never all: the
 * server lists nobody but the tokens' users, and does not tell who else belongs to the shop.
 *
 * @param heard users whose notifications were broadcast so far
 * @param tokens how many there are
 */
export function partlyCaughtUp(
	{ notifications, users, refused, isToTheEnd }: MadeUpFor,
	heard: ReadonlySet<string>,
	tokens: number,
): PartlyCaughtUp {
	const missing = [...heard].filter((user) => !users.includes(user)).sort(byNumber);
	const sentences = [
		`${notifications} ${notifications === 1 ? 'notification' : 'notifications'}${users.length === 0 ? '' : ` of ${named(users)}`} came back from the server's list`,
		missing.length === 0
			? "what phones of other users sent meanwhile is lost, since the server lists only what is the token's user's own"
			: `what phones of ${named(missing)} sent meanwhile is lost, since no token in 'Token' of the credential 'Yape Notifier API' is theirs: add one of each`,
	];
	const more = [
		...refused.map(
			({ place, failure }) =>
				`Of 'Token' in the credential 'Yape Notifier API', token ${place} of ${tokens} was refused, so its user's are lost too. ${failure.message}.`,
		),
		...(isToTheEnd ? [] : ['The list was too long to be read to its end.']),
	];
	return {
		summary: [`${sentences.join('; ')}.`, ...more].join(' '),
		details: { madeUpFor: { notifications, users }, usersMissing: missing },
	};
}

function named(users: readonly string[]): string {
	const [last = '', ...others] = [...users].reverse();
	return others.length === 0 ? `user ${last}` : `users ${others.reverse().join(', ')} and ${last}`;
}
