/** A name stands where it does only if the sentence is what it seems; these words say that it is not. */
const NOT_PAID =
	'rechazad[oa]|anulad[oa]|fallid[oa]|extorn\\p{L}*|revertid[oa]|reversi[oó]n|cancelad[oa]|devuelt[oa]|devoluci[oó]n|reembols\\p{L}*|pendiente|solicit\\p{L}*|denegad[oa]|error|recordatorio|vencid[oa]|simulaci[oó]n|estaf\\p{L}*';

const PROMOTED =
	'cashback|descuentos?|dscto|promo|promoci[oó]n|promociones|sorteos?|premios?|regalos?|bonos?|bonificaci[oó]n|cup[oó]n|cupones|vales?|puntos|recompensas?|inter[eé]s|intereses|pr[eé]stamos?|cr[eé]ditos?|adelanto|saldo|recargas?|gana|ganaste|gratis|ofertas?|comisi[oó]n|beneficios?';

const CONNECTIVES =
	'no|nunca|casi|si|que|cuando|aún|todav[ií]a|hasta|desde|recuerda|sab[ií]as|quiere|quiso|podr[ií]a';

/** A second sentence within the name: two notifications in one, or somebody who plays with us. */
const SENTENCES =
	'te (?:envi|yape|pline|transfiri|hizo|ha)\\p{L}*|(?:recibiste|recibido) (?:un|s/|pen)|monto|nro|n[°º]';

const word = (words: string) => new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, 'iu');

const NOT_A_PAYMENT = word(`${NOT_PAID}|${PROMOTED}`);
const NOT_A_NAME = word(`${NOT_PAID}|${PROMOTED}|${CONNECTIVES}|${SENTENCES}`);

/** "Tu amigo", "Yape": nobody in particular, so it is the app that speaks. */
const NOBODY = /^(?:tus? .*|yape|plin)$/iu;

/**
 * The name as shown, or undefined where the words are no name. A name may be cut with `*` and may
 * hold digits, `S/` and the like: people may choose how their shop is called.
 */
export function readName(text: string): string | undefined {
	const name = text.replaceAll(/^[ .,-]+|[ ,-]+$/g, '');
	if (!/\p{L}/u.test(name) || NOT_A_NAME.test(name) || NOBODY.test(name)) return undefined;
	return name;
}

/** Whether a title says that nothing was paid: a refusal, a request, a promotion. */
export function deniesPayment(title: string): boolean {
	return NOT_A_PAYMENT.test(title);
}
