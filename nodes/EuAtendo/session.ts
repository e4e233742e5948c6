import { createHash } from 'node:crypto';
import type { ProviderEvent } from '../../lib/event/envelope';
import type { BaileysOrigin } from '../../lib/whatsapp/baileysEvents';
import { sessionEvent, type SessionState } from '../../lib/whatsapp/events';
import { otherWhatsAppType } from '../../lib/whatsapp/vocabulary';
import { connectionUpdate, qrCodeUpdate } from './schema';

const STATE_TYPES: Readonly<Record<string, string>> = {
	open: 'whatsapp.session.connected',
	connecting: 'whatsapp.session.connecting',
	close: 'whatsapp.session.disconnected',
	refused: 'whatsapp.session.disconnected',
};

const LONGEST_QR_CODE = 100_000;

/**
 * The event of `connection.update`, `qrcode.updated`, and of everything that has no word yet.
 *
 * @param isUnique whether no two bodies are ever the same, since each tells when it was made
 */
export function stateEvent(origin: BaileysOrigin, data: unknown, isUnique: boolean): ProviderEvent {
	const { name } = origin;
	const content = createHash('sha256').update(origin.rawBody).digest('hex').slice(0, 16);
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
		const update = connectionUpdate.safeParse(data).data;
		const type = STATE_TYPES[update?.state?.toLowerCase() ?? ''];
		if (update === undefined || type === undefined) return undefined;
		const isUp = type === 'whatsapp.session.connected';
		return {
			type,
			phoneNumber: update.wuid?.replace(/[:@].*$/s, '') || null,
			// While connected the server tells 200, which is no reason for anything.
			reason: isUp ? null : update.statusReason,
		};
	}
	if (name === 'qrcode.updated') {
		// At the limit of attempts there is a message instead, followed by the state `refused`.
		const qr = qrCodeUpdate.safeParse(data).data?.qrcode;
		const qrCode = qr?.base64 || qr?.code;
		if (!qrCode || qrCode.length > LONGEST_QR_CODE) return undefined;
		return { type: 'whatsapp.session.qr', qrCode };
	}
	return undefined;
}
