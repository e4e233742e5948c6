import type { ProviderEvent } from '../event/envelope';
import { cleanText, fold } from './cleanText';
import { MONEY, readPayment } from './readPayment';

/** Words of no person, so that they may stand in a log; all others are masked. */
const WORDS = new Set(
	'a al abonado abonaron abono acreditado acredito cobro codigo con cuenta cuotas de del deposito depositado depositaron dinero el en enviado enviaron envio envia es esta exitosa exitoso fue ha han has hasta hiciste hizo ingreso llego mando monto no nuevo nueva nro numero operacion pagado pagaron pago para pen plin plineado plinearon plineo por qr que realizado realizo recibida recibido recibio recibir recibiste s saldo se seguridad soles su te tienes transferencia transferido transfirieron transfirio tu un una via y ya yape yapeado yapearon yapeo'.split(
		' ',
	),
);

const LONGEST_SHAPE = 200;

/** The text with its names and numbers masked: `Xxx te abonó S/ #`. */
export function shapeOf(text: string): string {
	return cleanText(text)
		.slice(0, LONGEST_SHAPE)
		.replaceAll(/\p{N}(?:[\p{N}.,]*\p{N})?/gu, '#')
		.replaceAll(/[\p{L}\p{M}]+/gu, (word) => (WORDS.has(fold(word).toLowerCase()) ? word : 'Xxx'))
		.replaceAll(/Xxx(?: Xxx)+/g, 'Xxx');
}

/**
 * What to tell of an event that looks like money and is no payment to us; it names nobody and no
 * amount.
 *
 * @returns undefined where there is nothing to tell
 */
export function unreadMoney({ type, data }: ProviderEvent): string | undefined {
	if (type !== 'yape.notification.other') return undefined;
	const title = String(data.title);
	const text = String(data.text);
	if (!MONEY.test(cleanText(`${title} ${text}`))) return undefined;
	const shape = shapeOf(`${title} ${text}`);
	if (data.note === 'several_payments') {
		const count = Array.isArray(data.payments) ? data.payments.length : 'Several';
		return `${count} payments came in one delivery, which is one event: 'yape.notification.other' with each of them in 'data.payments': "${shape}". Nothing starts for them unless 'Events' selects it: select 'Other Notification' and handle the list, or let the app send each notification by itself.`;
	}
	if (data.note === 'app_unknown') {
		if (readPayment(title, text).payment === undefined) return undefined;
		return `A text that reads like a payment became 'yape.notification.other', because no wallet's exact package stands in the body, or another app does: "${shape}". Let the forwarder name the app, or name a wallet that is not known in the option 'Wallet Apps'; never an app for chats or SMS.`;
	}
	return `A text that looks like money was not understood and became 'yape.notification.other' (${String(data.note)}): "${shape}". If it tells of a payment, report this shape: names and amounts are masked. To handle such texts yourself, select 'Other Notification' in 'Events'.`;
}
