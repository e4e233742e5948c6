import { mayLabelWallet, walletOf, walletOfPackage } from './wallets';

/**
 * An app or a sender that a body names. `package`: in a field for packages, or chosen by the user.
 * `label`: in a field that may hold a package or the name under an icon. `sender`: in a field that
 * may also hold a phone number, a chat's contact, or how the forwarder calls its source.
 */
export interface NamedApp {
	readonly kind: 'package' | 'label' | 'sender';
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

/**
 * Decides by all places that name an app. A known package, or one that the user trusts, counts; where
 * another place names another app, the text may be anybody's.
 *
 * @param trusted packages, names or senders that the user named, in lower case
 */
export function shownBy(named: readonly NamedApp[], trusted: readonly string[]): ShownBy {
	const isTrusted = ({ value }: NamedApp) => trusted.includes(value.trim().toLowerCase());
	const ofUser = named.find((one) => one.kind !== 'sender' && isPackage(one) && isTrusted(one));
	if (ofUser !== undefined) {
		return { standing: 'wallet', app: walletOf(ofUser.value) ?? ofUser.value.trim().toLowerCase() };
	}
	const hasPackage = named.some(({ value }) => walletOfPackage(value) !== undefined);
	const foreign = named.find((one) => !isTrusted(one) && isForeign(one, hasPackage));
	if (foreign !== undefined) return { standing: 'other', app: foreign.value.trim().toLowerCase() };
	for (const one of named) {
		const { kind, value } = one;
		const wallet = kind === 'sender' ? walletOfPackage(value) : walletOf(value);
		if (wallet !== undefined) return { standing: 'wallet', app: wallet };
	}
	const sender = named.find(isTrusted);
	return sender === undefined
		? { standing: 'unnamed' }
		: { standing: 'wallet', app: sender.value.trim().toLowerCase() };
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
