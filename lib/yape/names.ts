import { fold } from './cleanText';
import { BRANDS } from './wallets';

/*
 * All words without accents: they are looked for in folded text.
 * A name stands where it does only if the sentence is what it seems; these words say that it is not.
 */
const NOT_PAID =
	'rechazad[oa]|anulad[oa]|fallid[oa]|extorn\\p{L}*|revertid[oa]|reversion|cancelad[oa]|devuelt[oa]|devolucion|reembols\\p{L}*|pendiente|solicit\\p{L}*|denegad[oa]|error|recordatorio|vencid[oa]|simula\\p{L}*|estaf\\p{L}*|programad[oa]|en proceso|en espera|en revision|observad[oa]|incomplet[oa]|fraude|intento|por (?:error|confirmar|aprobar|cobrar)|retenid[oa]|expirad[oa]|caducad[oa]|cobro(?! con qr)|cobrando|cobrar|fals[oa]|reintegro|no (?:realizad|complet(?:ad)?|procesad|recibid|efectuad|exitos)[oa]|no (?:se )?(?:pud[oi]|pudimos|logr)\\p{L}*';

const PROMOTED =
	'cash ?back|descuentos?|dscto|promos?|promocion|promociones|sorteos?|rifas?|premios?|regalos?|bonos?|bonificacion|cupon|cupones|vales?|puntos|recompensas?|interes|intereses|prestamos?|creditos?|adelanto|saldo|recargas?|gana|ganaste|gratis|ofertas?|comision|beneficios?|participa|invita';

const CONNECTIVES =
	'no|nunca|casi|si|que|cuando|aun|todavia|hasta|desde|recuerda|sabias|quiere|quiso|podria|dice|dijo|escribio|conto|cuenta que|oye|mira|hola|foto|captura|avisa|segun|supuesto|supuestamente|ejemplo|imagina|cada vez|reenviado|mensaje|tutorial|manana|luego|acepta|confirma|reclama|descarga|registrate|verifica';

/** A second sentence within the name: two notifications in one, or somebody who plays with us. */
const SENTENCES =
	'te (?:envi|yape|pline|plin|transfiri|hizo|hicier|ha|deposit|abon|pag|mand|lleg)\\p{L}*|(?:recibiste|recibido) (?:un|s/|pen)|monto|nro|n[°º]';

const word = (words: string) => new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, 'iu');

const NOT_A_PAYMENT = word(`${NOT_PAID}|${PROMOTED}`);
const NOT_A_NAME = word(`${NOT_PAID}|${PROMOTED}|${CONNECTIVES}|${SENTENCES}`);
const DENYING_EMOJI = /[❌🚫⛔❎✖🛑⚠❗❓❔❕➖➕]/u;

/** "Tu amigo", "Yape", "Tarjeta Visa": nobody in particular, so it is the app that speaks. */
const NOBODY = new RegExp(
	`^(?:(?:banco )?(?:${BRANDS})(?: peru)?|tus?(?: .*)?|yo|ya|usted|parte|alguien|varios|clientes|ventas|ok|gracias|ahorros?|prueba|bienvenida|linea|efectivo|vuelto|tienda|cuota.*|premia.*|campana.*|tarjeta.*|visa|mastercard)$`,
	'iu',
);

/** Where a wallet knows no name but the number of the phone. */
const MOBILE = /^9[0-9]{8}$/;

/** A title that tells no news: a question, advice, what once was. */
const ASKING =
	/[¿?]$|^¿|(?<!\p{L})(?:recuerda|cuidado|historial|te deben|asi se ve\p{L}*|sabias)(?!\p{L})/iu;

/** "12 yapeos": a sum of several, which nobody paid at once. */
const SEVERAL =
	/^[0-9]+ (?:yapeos?|plines|plins|pagos|personas|clientes|operaciones|ventas|transferencias|abonos|depositos)$/iu;

/** A sentence ends within it: "JUAN. Revisa tu app". The full stop of "Perez F." or "S.A.C." ends none. */
const SENTENCE_WITHIN = /(?<!\p{L})(?!hnos|prof|dist)\p{L}{4,}\. +\p{L}/iu;

/** The app's own name before that of the payer: "Yape Ana te envió". */
const BRAND = /^(?:yape|plin)!? +(?=\S)/iu;

/**
 * The name as shown, or undefined where the words are no name. A name may be cut with `*` and may
 * hold digits, `S/` and the like: people may choose how their shop is called.
 */
export function readName(text: string): string | undefined {
	const name = text.replaceAll(/^[ .,-]+|[ ,-]+$/g, '').replace(BRAND, '');
	const plain = fold(name);
	if (!/\p{L}/u.test(name) && !MOBILE.test(name)) return undefined;
	const isNone = [NOT_A_NAME, NOBODY, SEVERAL, SENTENCE_WITHIN].some((words) => words.test(plain));
	return isNone || DENYING_EMOJI.test(name) ? undefined : name;
}

/** Whether a title says that nothing was paid: a refusal, a request, a promotion. */
export function deniesPayment(title: string): boolean {
	const plain = fold(title);
	return NOT_A_PAYMENT.test(plain) || ASKING.test(plain) || DENYING_EMOJI.test(title);
}
