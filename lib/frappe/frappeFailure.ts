import { SocketIoError } from '../connection/socketIoError';
import { RealtimeFailure } from '../realtime/failure';
import { connectFailure } from '../socketIo/listenFailure';

interface Refusal {
	readonly says: RegExp;
	readonly toDo: string;
	readonly passes?: boolean;
}

/** What Frappe's realtime service says, and what to do about it; the first that fits. */
const REFUSALS: readonly Refusal[] = [
	{
		says: /^Invalid namespace/i,
		toDo: "Write in 'Site' the name of the site exactly as Frappe knows it (the folder under sites/), or reach the site by its own host name in 'URL' of the credential.",
	},
	{
		says: /^Invalid origin/i,
		toDo: "The host name in 'URL' of the credential and the one of the option 'Origin' must be the same, and a proxy in between must pass the header Host on as it came.",
	},
	{
		says: /^No cookie transmitted/i,
		toDo: 'A proxy in between has removed the header Cookie: let it pass, or update Frappe, which has done without it since September 2025.',
	},
	{
		says: /^No authentication method/i,
		toDo: 'Write in \'Headers\' of the credential {"Authorization": "token <key>:<secret>"}; a proxy in between must pass the header on, and Frappe takes it since version 15.',
	},
	{
		// The service asks Frappe's web server who signs in; this is what it says where that is down.
		says: /^Unauthorized: .*(fetch failed|ECONN|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|socket hang up|timed? ?out|Bad Gateway|Service Unavailable|Gateway Time|Internal Server Error|Unexpected (token|end)|not valid JSON)/i,
		toDo: 'The realtime service could not ask the web server of Frappe, which may be restarting. If it stays so, check that the option Origin is an address at which Frappe reaches itself.',
		passes: true,
	},
	{
		says: /^(Unauthorized|Forbidden|.*\bAuthenticationError\b)/i,
		toDo: 'Check key and secret in \'Headers\' of the credential, such as {"Authorization": "token <key>:<secret>"}, and that the user is enabled in Frappe.',
	},
];

/**
 * Why Frappe's realtime service did not let a connection in: its own words, and what to do.
 *
 * @param worked see {@link connectFailure}
 */
export function frappeFailure(error: unknown, worked: boolean): RealtimeFailure {
	const words = error instanceof SocketIoError ? error.answer.words : undefined;
	if (words === undefined) return connectFailure(error, worked);
	const known = REFUSALS.find(({ says }) => says.test(words));
	return new RealtimeFailure(`Frappe refused the connection: ${words}`, {
		description:
			known?.toDo ?? "Check 'Site' and, in the credential, 'URL' and 'Headers'; ask Frappe's log.",
		permanent: known?.passes !== true,
	});
}
