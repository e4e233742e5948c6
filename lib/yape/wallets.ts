/**
 * Wallets and banks by a part of their Android package (`com.bcp.innovacxion.yapeapp`,
 * `pe.com.interbank.mobilebanking`, `com.bbva.nxt_peru`) or of their name. The first that fits counts:
 * Yape is a product of BCP. Names as in the Yape Notifier's `source_app`.
 *
 * Source: github.com/camiloreynaga/yape-notifier, SourceAppMapper.kt
 */
const WALLETS: ReadonlyArray<readonly [part: string, app: string]> = [
	['yape', 'yape'],
	['plin', 'plin'],
	['bcp', 'bcp'],
	['bancadigital', 'bcp'],
	['interbank', 'interbank'],
	['bbva', 'bbva'],
	['scotiabank', 'scotiabank'],
	['banbif', 'banbif'],
	['pichincha', 'pichincha'],
	['mibanco', 'mibanco'],
	['izipay', 'izipay'],
];

/**
 * The wallet that a package or an app's name belongs to.
 *
 * @param further packages or names that the user trusts as well, in lower case
 * @returns undefined where it is no wallet: a chat, a mail or an SMS that anybody can write
 */
export function walletOf(app: string, further: readonly string[] = []): string | undefined {
	const name = app.trim().toLowerCase();
	if (further.includes(name)) return name;
	return WALLETS.find(([part]) => name.includes(part))?.[1];
}
