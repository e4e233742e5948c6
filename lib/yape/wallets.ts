/**
 * Wallets and banks by their Android package, as at least two independent public projects name it
 * (listeners for these notifications, links to the app stores, test suites of the apps); compared in
 * November 2026, not with the stores themselves. Plin has no app of its own: it is part of the banks'
 * apps. Only these tell of payments; a package that looks like one of them does not. Names as in the
 * Yape Notifier's `source_app`.
 */
const PACKAGES: ReadonlyMap<string, string> = new Map([
	['com.bcp.innovacxion.yapeapp', 'yape'],
	['com.bcp.bank.bcp', 'bcp'],
	['pe.com.interbank.mobilebanking', 'interbank'],
	['com.bbva.nxt_peru', 'bbva'],
	['pe.com.scotiabank.blpm.android.client', 'scotiabank'],
	['pe.com.banbif.pnappmobile', 'banbif'],
	['pe.pichincha.bm', 'pichincha'],
	['com.mibanco.bancamovil', 'mibanco'],
	['pe.com.interbank.mpay.customer', 'tunki'],
	['pe.indigital.tunki.user', 'agora'],
	['pe.com.bn.app.bancodelanacion', 'banco-de-la-nacion'],
	['pe.com.tarjetasperuanasprepago.tppapp', 'ligo'],
	['com.cmac.cajamovilaqp', 'caja-arequipa'],
	['com.cmacica.prd', 'caja-ica'],
	['com.cajahuancayo.cajahuancayo.appcajahuancayo', 'caja-huancayo'],
	['pe.confianza.cliente', 'confianza'],
	['com.alfinbanco.appclientes', 'alfin'],
]);

/**
 * The same apps by the names that senders give them where they give no package, exactly so: Yape
 * Notifier's `source_app`, or the label under Android's icon.
 */
const NAMES: ReadonlyMap<string, string> = new Map([
	['yape', 'yape'],
	['plin', 'plin'],
	['bcp', 'bcp'],
	['interbank', 'interbank'],
	['bbva', 'bbva'],
	['scotiabank', 'scotiabank'],
	['banbif', 'banbif'],
	['pichincha', 'pichincha'],
	['mibanco', 'mibanco'],
	['izipay', 'izipay'],
	['tunki', 'tunki'],
	['ligo', 'ligo'],
]);

const KNOWN: ReadonlySet<string> = new Set([...PACKAGES.values(), ...NAMES.values()]);

const A_NAME_WITHIN = new RegExp(`(?<!\\p{L})(?:${[...NAMES.keys()].join('|')})(?!\\p{L})`, 'iu');

/** The wallet that has exactly this package; undefined where there is none. */
export function walletOfPackage(app: string): string | undefined {
	return PACKAGES.get(app.trim().toLowerCase());
}

/** The wallet of exactly this package or name. */
export function walletOf(app: string): string | undefined {
	return walletOfPackage(app) ?? NAMES.get(app.trim().toLowerCase());
}

/** Those that are no bank, so that nobody pays a card or a loan there. */
const WALLETS_ALONE: readonly string[] = ['yape', 'plin', 'tunki', 'agora', 'ligo', 'izipay'];

/** Whether a known app is that of a bank, which has customers who owe it something. */
export function isBank(app: string): boolean {
	return !WALLETS_ALONE.includes(app) && KNOWN.has(app);
}

/** Whether a label such as "BBVA Perú" may be that of a wallet; never enough without its package. */
export function mayLabelWallet(label: string): boolean {
	return A_NAME_WITHIN.test(label);
}
