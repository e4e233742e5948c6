import type { ProviderEvent } from '../../lib/event/envelope';
import type { BaileysOrigin } from '../../lib/whatsapp/baileysEvents';
import { digest, sessionEvent, type SessionState } from '../../lib/whatsapp/events';
import { at, firstText, textOf } from '../../lib/whatsapp/fields';
import { otherWhatsAppType } from '../../lib/whatsapp/vocabulary';

const STATE_TYPES: ReadonlyMap<string, string> = new Map([
	['open', 'whatsapp.session.connected'],
	['connecting', 'whatsapp.session.connecting'],
	['close', 'whatsapp.session.disconnected'],
	['refused', 'whatsapp.session.disconnected'],
]);

const LONGEST_QR_CODE = 100_000;

/**
 * The event of `connection.update`, `qrcode.updated`, and of everything that has no word yet.
 *
 * @param isUnique whether no two bodies are ever the same, since each tells when it was made
 */
export function stateEvent(origin: BaileysOrigin, data: unknown, isUnique: boolean): ProviderEvent {
	const { name } = origin;
	const content = digest(origin.rawBody);
	return sessionEvent(origin, {
		name,
		time: undefined,
		...(isUnique ? { id: `${name}/${content}` } : {}),
		...(knownState(name, data) ?? { type: otherWhatsAppType(name) }),
	});
}

function knownState(
	name: string,
	data: unknown,
): Pick<SessionState, 'type' | 'phoneNumber' | 'reason' | 'qrCode'> | undefined {
	if (name === 'connection.update') {
		const type = STATE_TYPES.get(textOf(at(data, 'state'))?.toLowerCase() ?? '');
		if (type === undefined) return undefined;
		const isUp = type === 'whatsapp.session.connected';
		return {
			type,
			phoneNumber: textOf(at(data, 'wuid'))?.replace(/[:@].*$/s, '') || null,
			// While connected the server tells 200, which is no reason for anything.
			reason: isUp ? null : at(data, 'statusReason'),
		};
	}
	if (name === 'qrcode.updated') {
		// At the limit of attempts there is a message instead, followed by the state `refused`.
		const qrCode = firstText(data, 'qrcode.base64', 'qrcode.code');
		if (!qrCode || qrCode.length > LONGEST_QR_CODE) return undefined;
		return { type: 'whatsapp.session.qr', qrCode };
	}
	return undefined;
}
