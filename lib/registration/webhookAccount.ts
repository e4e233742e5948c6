import type { WebhookSlotApi } from './slotRegistration';

/** A webhook as the provider tells it. Its secret is in it: `viewOf` makes what may be shown. */
export interface FoundWebhook {
	readonly url: string;
	/** False: switched off, so that nothing is delivered. */
	readonly enabled: boolean;
	/** In the provider's names; undefined where it has no choice of events. */
	readonly events?: readonly string[];
	/** What deliveries are signed with. Null: nothing. Undefined: the provider does not tell. */
	readonly secret: string | null | undefined;
	/** Further settings of the provider that hold no secret. */
	readonly settings?: Readonly<Record<string, boolean>>;
}

/** Where an account or session delivers to. */
export interface FoundWebhooks {
	readonly webhooks: readonly FoundWebhook[];
	/** What of the webhook with our URL is not as it is to be, in words; undefined: nothing. */
	readonly drift?: string;
}

/**
 * The webhooks of one account or session, to be seen and changed as a user orders, without a record
 * of what was there before. All methods throw errors that say what to do.
 */
export interface WebhookAccountApi extends WebhookSlotApi {
	/** Whether several webhooks stand beside each other; else there is place for one. */
	readonly holdsMany: boolean;
	/**
	 * Reads all webhooks with one request; where the account does not exist, it throws.
	 *
	 * @param ownUrl tells which one `drift` is about
	 */
	look(ownUrl?: string): Promise<FoundWebhooks>;
	/** Takes the webhooks with these URLs away, or switches them off where they cannot be removed. */
	clear(urls: readonly string[]): Promise<void>;
}

/** Which secret a webhook is signed with, as far as the provider tells it. */
type SecretWord = 'current' | 'previous' | 'other' | 'none' | 'notShown';

/** A webhook as it may be shown: no secret is in it. */
interface WebhookView {
	readonly url: string;
	readonly enabled: boolean;
	readonly secret: SecretWord;
	/** In the provider's names; absent where it has no choice of events. */
	readonly events?: string[];
	/** Further settings of the provider, such as `byEvents` at Evolution API. */
	readonly [setting: string]: boolean | string | string[] | undefined;
}

/** How webhooks are shown. */
export interface ViewOptions {
	/** Those of the credential, the current one first. */
	readonly secrets: readonly string[];
	/** Whether query strings are shown, which may hold tokens of other systems. */
	readonly showQuery: boolean;
}

/** A webhook without its secret; of a URL, what may hold one is masked. */
export function viewOf(found: FoundWebhook, { secrets, showQuery }: ViewOptions): WebhookView {
	const { url, enabled, events, settings, secret } = found;
	return {
		url: showQuery ? url : maskedUrl(url),
		enabled,
		secret: secretWord(secret, secrets),
		...(events === undefined ? {} : { events: [...events] }),
		...settings,
	};
}

const MASK = '***';

/** An address in which the login and the values of the query are replaced by `***`. */
export function maskedUrl(url: string): string {
	if (!URL.canParse(url)) return url.replace(/[?#].*$/s, '');
	const shown = new URL(url);
	// As it was written, where nothing is masked: parsing also writes an address in another way.
	if (shown.username + shown.password + shown.search === '') return url.replace(/#.*$/s, '');
	if (shown.username !== '') shown.username = MASK;
	if (shown.password !== '') shown.password = MASK;
	shown.hash = '';
	if (shown.search !== '') {
		shown.search = shown.search.slice(1).split('&').map(maskedPart).join('&');
	}
	return shown.href;
}

/** `name=***`; what has no value may itself be the token. */
function maskedPart(part: string): string {
	const [, name] = /^([^=]+)=./s.exec(part) ?? [];
	return name === undefined ? MASK : `${name}=${MASK}`;
}

function secretWord(
	secret: FoundWebhook['secret'],
	[current, ...older]: readonly string[],
): SecretWord {
	if (secret === undefined) return 'notShown';
	if (secret === null || secret === '') return 'none';
	if (secret === current) return 'current';
	return older.includes(secret) ? 'previous' : 'other';
}
