/** The path at which Kometia's API most likely tells of an event; its guide does not say. */
export const DEFAULT_EVENT_PATH = '/events/{id}';

const PLACEHOLDER = '{id}';

/** One or more parts, each of letters, digits and `. _ ~ -`; the place of the id in one of them. */
const PATH_FORMAT = /^(?:\/(?:[A-Za-z0-9._~-]|\{id\})+)+$/;

/** Parts that would lead out of the API. */
const DOTS_ONLY = /^\.+$/;

/** Why this cannot be the path of an event, in words; undefined: it can. */
export function eventPathProblem(path: string): string | undefined {
	if (!path.startsWith('/')) return 'it must begin with /';
	if (path.split(PLACEHOLDER).length !== 2) return `it must hold ${PLACEHOLDER} exactly once`;
	const isPlain = PATH_FORMAT.test(path) && !path.split('/').some((part) => DOTS_ONLY.test(part));
	return isPlain
		? undefined
		: 'between its slashes only letters, digits and the characters - _ . ~ are allowed';
}

/**
 * The address of an event.
 *
 * @param id one that passed the schema
 * @returns undefined where it would not be below the base address
 */
export function eventUrl(baseUrl: string, path: string, id: string): string | undefined {
	if (eventPathProblem(path) !== undefined) return undefined;
	const url = `${baseUrl}${path.replace(PLACEHOLDER, id)}`;
	const { href } = new URL(url);
	return href.startsWith(`${new URL(baseUrl).href.replace(/\/$/, '')}/`) ? href : undefined;
}
