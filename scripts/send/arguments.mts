import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { SENDER_NAMES } from '../start/examples.mts';
import type { SenderName } from '../start/examples.mts';
import { WHATSAPP_TYPES } from './gateways/whatsapp.mts';

const YAPE_TYPES = [
	'yape.payment.received',
	'yape.payment.sent',
	'yape.notification.other',
] as const;

/** Kometia publishes no list of its events; the local store makes one of any name, each about an order. */
const KOMETIA_TYPES = ['kometia.order.created', 'kometia.order.paid', 'kometia.order.cancelled'];

/** The types that each sender can be asked for; the one without `--type` first. */
export const TYPES: Readonly<Record<SenderName, readonly string[]>> = {
	'inbox-hub': startingWith('whatsapp.message.received'),
	waha: startingWith('whatsapp.message.received'),
	'eu-atendo': startingWith('whatsapp.message.received'),
	kometia: KOMETIA_TYPES,
	yape: YAPE_TYPES,
};

function startingWith(first: (typeof WHATSAPP_TYPES)[number]): readonly string[] {
	return [first, ...WHATSAPP_TYPES.filter((type) => type !== first)];
}

/** What is sent when no text is given. */
const DEFAULT_TEXTS: Readonly<Record<string, string>> = {
	kometia: 'Café de Chiapas, 1 kg',
	'yape.payment.received': 'Yape! JUAN PEREZ te envió un pago por S/ 50',
	'yape.payment.sent': 'Yapeaste S/ 20 a ROSA QUISPE',
	'yape.notification.other': 'Actualiza tu app y descubre las nuevas promociones',
	'whatsapp.message.reaction': '👍',
	'inbox-hub': 'hola',
	waha: 'hola',
	'eu-atendo': 'oi',
};

const short = (types: readonly string[]) =>
	types.map((type) => type.slice(type.indexOf('.') + 1)).join(', ');

/** What `npm run send -- --help` shows. */
export const USAGE = `Sends a signed event to the n8n of "npm start", as its provider would.

  npm run send -- "hola" [--as waha] [--type message.read] [--id 3EB0AA] [--from 51999888777]

  The text is a WhatsApp message, the product of a Kometia order, or a notification on the
  phone with Yape. Without a text, a sample is sent.

  --as             who sends: ${SENDER_NAMES.join(', ')}
                   Default: inbox-hub. kometia places an order in the local store.
  --type           what happened; message.read is short for whatsapp.message.read:
                   WhatsApp  ${wrapped(short(TYPES['inbox-hub']))}
                   kometia   ${short(KOMETIA_TYPES)}, or any other name
                   yape      ${short(YAPE_TYPES)}
                   Default: message.received, order.created, payment.received. With yape, the
                   text decides the type: leave it out to send a sample of the type.
  --id             ID of the event. Send the same ID again to see a duplicate.
  --from           phone number of the sender, with country code, only digits
  --bad-signature  send a forged request: n8n must answer 401
  --help           show this text`;

function wrapped(list: string): string {
	return list.replace(/(.{50,70}?,) /g, `$1\n${' '.repeat(29)}`);
}

/** What `npm run send` was asked for. */
export interface SendRequest {
	readonly as: SenderName;
	/** Type of the event, in the words of this package. */
	readonly type: string;
	readonly text: string;
	readonly id: string;
	/** Whether somebody chose the id, and may send the same one again. */
	readonly isRepeatable: boolean;
	readonly from: string;
	/** When the phone showed the notification. */
	readonly at: Date;
	readonly badSignature: boolean;
}

/**
 * Reads the arguments.
 *
 * @returns `help` where that is asked for
 * @throws with where to read more, if the arguments make no sense
 */
export function readArguments(
	args = process.argv.slice(2),
	env: NodeJS.ProcessEnv = process.env,
): SendRequest | 'help' {
	try {
		refuseTakenByNpm(env);
		const { values, positionals } = parseArgs({
			args,
			allowPositionals: true,
			options: {
				as: { type: 'string', default: 'inbox-hub' },
				type: { type: 'string' },
				id: { type: 'string' },
				from: { type: 'string', default: '51999888777' },
				'bad-signature': { type: 'boolean', default: false },
				help: { type: 'boolean', short: 'h', default: false },
			},
		});
		if (values.help) return 'help';
		const as = SENDER_NAMES.find((name) => name === values.as);
		if (as === undefined) throw new Error(`'--as' must be one of ${SENDER_NAMES.join(', ')}.`);
		const type = typeOf(as, values.type);
		const text =
			positionals.length > 0 ? positionals.join(' ') : (DEFAULT_TEXTS[type] ?? DEFAULT_TEXTS[as]);
		if (!/^\d{5,20}$/.test(values.from)) throw new Error("'--from' must be 5 to 20 digits.");
		const { id = `3EB0${randomBytes(8).toString('hex').toUpperCase()}` } = values;
		if (!/^[\w-]{1,100}$/.test(id)) {
			throw new Error("'--id' must be 1 to 100 letters, digits, _ and -.");
		}
		return {
			as,
			type,
			text: text ?? '',
			id,
			isRepeatable: values.id !== undefined,
			from: values.from,
			at: new Date(),
			badSignature: values['bad-signature'],
		};
	} catch (error) {
		throw new Error(`${(error as Error).message}\nFor all options: npm run send -- --help`);
	}
}

/**
 * Without `--` before them, npm takes the options for its own, and a genuine event would be sent where a
 * forged one was asked for. It reads `--as` as its own `-a -s`.
 */
const TAKEN_BY_NPM: Readonly<Record<string, string>> = {
	npm_config_all: 'as',
	npm_config_as: 'as',
	npm_config_type: 'type',
	npm_config_id: 'id',
	npm_config_from: 'from',
	npm_config_bad_signature: 'bad-signature',
};

function refuseTakenByNpm(env: NodeJS.ProcessEnv): void {
	const [, option] =
		Object.entries(TAKEN_BY_NPM).find(([variable]) => env[variable] !== undefined) ?? [];
	if (option !== undefined) {
		throw new Error(`npm kept '--${option}' for itself. Write -- before the text and the options.`);
	}
}

/** The whole type of what may be written without its first word. */
function typeOf(as: SenderName, written: string | undefined): string {
	const [first = ''] = TYPES[as];
	if (written === undefined) return first;
	const domain = first.slice(0, first.indexOf('.') + 1);
	const type = written.startsWith(domain) ? written : `${domain}${written}`;
	const isKnown = as === 'kometia' ? /^[\w.-]{1,100}$/.test(type) : TYPES[as].includes(type);
	if (isKnown) return type;
	throw new Error(`'--type' for ${as} must be one of ${short(TYPES[as])}.`);
}
