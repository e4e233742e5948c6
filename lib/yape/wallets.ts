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

/** All of these by the names that people read, as a part of a regular expression. */
export const BRANDS = `${[...NAMES.keys()].join('|')}|agora|bim`;

const KNOWN: ReadonlySet<string> = new Set([...PACKAGES.values(), ...NAMES.values()]);

const A_NAME_WITHIN = new RegExp(`(?<!\\p{L})(?:${[...NAMES.keys()].join('|')})(?!\\p{L})`, 'iu');

/** The wallet that has exactly this package; undefined where there is none. */
function walletOfPackage(app: string): string | undefined {
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
function mayLabelWallet(label: string): boolean {
	return A_NAME_WITHIN.test(label);
}

/**
 * An app or a sender that a body names. `package`: in a field for packages, or chosen by the user.
 * `label`: in a field that may hold a package or the name under an icon. `sender`: in a field that
 * may also hold a phone number, a chat's contact, or how the forwarder calls its source. `way`: in a
 * field that may say how the text came, as by SMS.
 */
export interface NamedApp {
	readonly kind: 'package' | 'label' | 'sender' | 'way';
	readonly value: string;
}

/** Which app showed a notification, as far as that can be trusted. */
export type ShownBy =
	| { readonly standing: 'wallet'; readonly app: string }
	/** At least one place names an app that is no wallet. */
	| { readonly standing: 'other'; readonly app: string }
	| { readonly standing: 'unnamed' };

const LIKE_A_PACKAGE = /^[a-z]\w*(?:\.\w+)+$/i;

const LIKE_A_PHONE = /^\+?[0-9 ()./-]{3,}$/;

/** Where anybody can write a text: what stands in a field for senders says that it came from there. */
const CHATS =
	/@|(?<!\p{L})(?:sms|mms|whatsapp|telegram|signal|messenger|instagram|gmail|e?mail|correo|mensajes?|messages?)(?!\p{L})/iu;

/** The ways that are no notification of a wallet. */
const CHAT_WAYS =
	/(?<!\p{L})(?:sms|mms|rcs|msg|whatsapp|telegram|signal|messenger|instagram|e?mail|correo)(?!\p{L})/iu;

/**
 * Decides by all places that name an app. A known package, or one that the user trusts, counts; where
 * another place names another app, the text may be anybody's.
 *
 * @param trusted packages, names or senders that the user named, in lower case
 */
export function shownBy(named: readonly NamedApp[], trusted: readonly string[]): ShownBy {
	const isTrusted = ({ value }: NamedApp) => trusted.includes(value.trim().toLowerCase());
	const apps = named.filter(({ kind }) => kind !== 'way');
	const ofUser = apps.find((one) => one.kind !== 'sender' && isPackage(one) && isTrusted(one));
	if (ofUser !== undefined) {
		return { standing: 'wallet', app: walletOf(ofUser.value) ?? ofUser.value.trim().toLowerCase() };
	}
	const hasPackage = apps.some(({ value }) => walletOfPackage(value) !== undefined);
	const sender = apps.find(isTrusted);
	const foreign =
		apps.find((one) => !isTrusted(one) && isForeign(one, hasPackage)) ??
		(sender === undefined ? named.find(isChatWay) : undefined);
	if (foreign !== undefined) return { standing: 'other', app: foreign.value.trim().toLowerCase() };
	for (const { kind, value } of apps) {
		const wallet = kind === 'sender' ? walletOfPackage(value) : walletOf(value);
		if (wallet !== undefined) return { standing: 'wallet', app: wallet };
	}
	return sender === undefined
		? { standing: 'unnamed' }
		: { standing: 'wallet', app: sender.value.trim().toLowerCase() };
}

function isChatWay({ kind, value }: NamedApp): boolean {
	return kind === 'way' && CHAT_WAYS.test(value);
}

function isPackage({ kind, value }: NamedApp): boolean {
	return kind === 'package' || LIKE_A_PACKAGE.test(value.trim());
}

/** @param hasPackage a known wallet's package stands elsewhere, so that a label need not be exact */
function isForeign(named: NamedApp, hasPackage: boolean): boolean {
	const value = named.value.trim();
	if (walletOf(value) !== undefined) return false;
	if (isPackage(named)) return true;
	if (named.kind === 'label') return !(hasPackage && mayLabelWallet(value));
	return LIKE_A_PHONE.test(value) || CHATS.test(value);
}
