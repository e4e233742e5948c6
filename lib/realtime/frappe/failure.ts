import { Failure, RealtimeFailure } from '../../net/failure';
import { SocketIoError, connectFailure } from '../socketIo/failure';

interface Refusal {
	readonly says: RegExp;
	readonly toDo: string;
	/** The web server is away: it passes by itself. */
	readonly passes?: boolean;
	/** It is about who signs in. */
	readonly signIn?: boolean;
}

const WEB_SERVER_AWAY =
	'The realtime service could not reach the web server of Frappe, which may be restarting. If this continues, check that the option Origin is a URL at which Frappe can reach itself.';

const NAME_THE_SITE =
	"Enter the exact name of the site in 'Site' (the folder under sites/), or reach the site by its own host name in 'URL' of the credential.";

const CHECK_KEY =
	'Check key and secret in \'Headers\' of the credential, such as {"Authorization": "token <key>:<secret>"}, and that the user is enabled in Frappe.';

/**
 * What Frappe's realtime service says, and what to do about it; the first that fits. It asks Frappe's
 * web server who signs in. Where that is down, the service in Node and the one in Python (2026) each
 * repeat their HTTP library's words; the newest says the bare `Unauthorized`, as for a wrong key.
 *
 * @see https://github.com/frappe/frappe/blob/develop/realtime/middlewares/authenticate.js
 * @see https://github.com/frappe/frappe/blob/develop/frappe/realtime/auth.py
 */
const REFUSALS: readonly Refusal[] = [
	{ says: /^Invalid namespace/i, toDo: NAME_THE_SITE },
	{
		says: /^Invalid origin/i,
		toDo: "The host name in 'URL' of the credential and the one of the option 'Origin' must be the same, and a proxy in between must forward the header Host unchanged.",
	},
	{
		says: /^No cookie transmitted/i,
		toDo: 'A proxy in between has removed the header Cookie: make the proxy forward it, or update Frappe, which has not needed it since September 2025.',
	},
	{
		says: /^(No authentication method|Missing cookie and authorization)/i,
		toDo: 'Enter this in \'Headers\' of the credential: {"Authorization": "token <key>:<secret>"}; a proxy in between must forward the header, and Frappe accepts it since version 15.',
	},
	{
		says: /^Unauthorized: .*(fetch failed|ECONN|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|socket hang up|timed? ?out|Bad Gateway|Service Unavailable|Gateway Time|Internal Server Error|Unexpected (token|end)|not valid JSON)/is,
		toDo: WEB_SERVER_AWAY,
		passes: true,
	},
	{
		says: /^Unauthorized: .*(Connection (aborted|refused|reset)|Max retries exceeded|New ?Connection ?Error|ConnectError|connection attempts failed|RemoteDisconnected|RemoteProtocolError|ReadError|Server disconnected|Cannot connect to host|Server Error|Too Many Requests|returned (429|5\d\d)|Expecting value|Name or service not known|name resolution)/is,
		toDo: WEB_SERVER_AWAY,
		passes: true,
	},
	{
		says: /^Unauthorized: .*(404 Client Error|returned 404)/is,
		toDo: NAME_THE_SITE,
		signIn: true,
	},
	{
		says: /^Unauthorized\W*$/i,
		toDo: `Either key and secret are wrong, or the realtime service could not ask the web server of Frappe, which may be restarting: newer versions of Frappe don't tell which. ${CHECK_KEY} If they are right, publish again in a minute.`,
		signIn: true,
	},
	{
		says: /^(Unauthorized|Forbidden|.*\bAuthenticationError\b)/i,
		toDo: CHECK_KEY,
		signIn: true,
	},
];

/**
 * So long a listener that has worked is refused before the refusal counts: restarts and updates of a
 * bench take minutes, and look like a wrong key.
 */
const REFUSED_FOR_GOOD_MS = 10 * 60_000;

/**
 * Why Frappe's realtime service did not let a connection in: its own words, and what to do.
 *
 * @param worked see {@link connectFailure}
 * @param refusedForMs milliseconds since the first refusal of who signs in
 */
export function frappeFailure(
	error: unknown,
	worked: boolean,
	refusedForMs: number = 0,
): RealtimeFailure {
	const words = wordsOf(error);
	if (words === undefined) return connectFailure(error, worked);
	const known = refusalFor(words);
	const signIn = known?.signIn === true;
	const advice =
		known?.toDo ?? "Check 'Site', and 'URL' and 'Headers' in the credential. See Frappe's log.";
	const waited =
		worked && signIn ? ` It was tried for ${REFUSED_FOR_GOOD_MS / 60_000} minutes.` : '';
	return new RealtimeFailure(`Frappe refused the connection: ${words}`, {
		description: advice + waited,
		permanent: known?.passes !== true && !(worked && signIn && refusedForMs < REFUSED_FOR_GOOD_MS),
	});
}

/** {@link frappeFailure} for one listener, which knows since when it is refused. */
export class FrappeRefusals {
	private since: number | undefined;

	/** A connection was let in. */
	readonly letIn = (): void => {
		this.since = undefined;
	};

	/** @param worked see {@link connectFailure} */
	readonly explain = (error: unknown, worked: boolean): RealtimeFailure => {
		const words = wordsOf(error);
		// While the service cannot be reached, nobody is refused.
		if (words === undefined || refusalFor(words)?.signIn !== true) {
			this.since = undefined;
			return frappeFailure(error, worked);
		}
		this.since ??= Date.now();
		return frappeFailure(error, worked, Date.now() - this.since);
	};
}

function wordsOf(error: unknown): string | undefined {
	return error instanceof SocketIoError ? error.answer.words : undefined;
}

function refusalFor(words: string): Refusal | undefined {
	return REFUSALS.find(({ says }) => says.test(words));
}

export class FrappeError extends Failure {
	override readonly name = 'FrappeError';

	constructor(
		message: string,
		readonly description: string,
	) {
		super(message);
	}
}
