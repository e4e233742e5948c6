import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { SENDER_NAMES } from '../start/examples.mts';
import type { SenderName } from '../start/examples.mts';

const USAGE = `npm run send -- "hola" [--as waha] [--id 3EB0AA] [--from 51999888777] [--bad-signature]

  --as             who sends: ${SENDER_NAMES.join(', ')} (inbox-hub without it)
                   kometia places an order of what the text names in the local store,
                   yape sends the text as a phone's notification
  --id             the event's id; the same one again is a duplicate
  --from           the sender's number with country code, digits only
  --bad-signature  what a forger would send: n8n must answer 401`;

/** What `npm run send` was asked for. */
export interface SendRequest {
	readonly as: SenderName;
	readonly text: string;
	readonly id: string;
	/** Whether somebody chose the id, and may send the same one again. */
	readonly isRepeatable: boolean;
	readonly from: string;
	readonly badSignature: boolean;
}

/** What is sent where nothing is written; a WhatsApp message has to be written. */
const DEFAULT_TEXTS: Partial<Record<SenderName, string>> = {
	kometia: 'Café de Chiapas, 1 kg',
	yape: 'Yape! JUAN PEREZ te envió un pago por S/ 50',
};

/** @throws with the usage where the arguments make no sense */
export function readArguments(): SendRequest {
	try {
		const { values, positionals } = parseArgs({
			allowPositionals: true,
			options: {
				as: { type: 'string', default: 'inbox-hub' },
				id: { type: 'string' },
				from: { type: 'string', default: '51999888777' },
				'bad-signature': { type: 'boolean', default: false },
			},
		});
		const as = SENDER_NAMES.find((name) => name === values.as);
		if (as === undefined) throw new Error(`'--as' must be one of ${SENDER_NAMES.join(', ')}.`);
		const text = positionals.length > 0 ? positionals.join(' ') : DEFAULT_TEXTS[as];
		if (text === undefined) throw new Error('What should the message say?');
		if (!/^\d{5,20}$/.test(values.from)) throw new Error("'--from' must be 5 to 20 digits.");
		const { id = `3EB0${randomBytes(8).toString('hex').toUpperCase()}` } = values;
		if (!/^[\w-]{1,100}$/.test(id)) {
			throw new Error("'--id' must be 1 to 100 letters, digits, _ and -.");
		}
		return {
			as,
			text,
			id,
			isRepeatable: values.id !== undefined,
			from: values.from,
			badSignature: values['bad-signature'],
		};
	} catch (error) {
		throw new Error(`${(error as Error).message}\n\n${USAGE}`);
	}
}
