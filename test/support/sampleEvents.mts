import type { EventEnvelope } from '../../examples/live-hub/envelope.mts';

type Data = Record<string, unknown>;

/** Minutes before now, what is special about the event, and what is special about its data. */
type Sample = [minutesAgo: number, type: string, envelope: Data, data: Data];

const lucia = { from: '34611204587@s.whatsapp.net', pushName: 'Lucía Fernández' };
const joao = { from: '5511987340021@s.whatsapp.net', pushName: 'João Pereira' };
const mariana = { from: '5491155302214@s.whatsapp.net', pushName: 'Mariana Quiroga' };
const beatriz = { from: '5521996017745@s.whatsapp.net', pushName: 'Beatriz Nogueira' };
const diego = { from: '51987112043@s.whatsapp.net', pushName: 'Diego Salazar' };

const SAMPLES: Sample[] = [
	[27, 'whatsapp.session.connecting', {}, {}],
	[26, 'whatsapp.session.connected', {}, {}],
	[
		22,
		'whatsapp.message.received',
		{},
		{ ...diego, text: 'Buenas, ¿tienen stock del modelo azul?' },
	],
	[
		21,
		'whatsapp.message.sent',
		{},
		{ fromMe: true, to: diego.from, text: '¡Sí! Nos quedan seis.' },
	],
	[21, 'whatsapp.message.read', {}, { fromMe: true, to: diego.from }],
	[16, 'whatsapp.message.received', {}, { ...lucia, text: 'Hola 👋 Quería cambiar mi cita.' }],
	[13, 'whatsapp.session.connected', {}, {}],
	[
		11,
		'whatsapp.message.received',
		{ verification: 'none' },
		{ ...beatriz, session: 'suporte', text: 'Bom dia! Vocês entregam em Niterói?' },
	],
	[
		8,
		'whatsapp.message.received',
		{},
		{ ...joao, session: 'suporte', kind: 'audio', media: { filename: 'audio-1421.ogg' } },
	],
	[
		5,
		'whatsapp.message.received',
		{},
		{ ...mariana, kind: 'image', text: 'Así llegó el paquete, la caja está abierta 😕' },
	],
	[
		4,
		'whatsapp.message.sent',
		{},
		{
			fromMe: true,
			to: mariana.from,
			text: 'Lo sentimos mucho, Mariana. Hoy mismo le enviamos otro.',
		},
	],
	[3, 'whatsapp.message.read', {}, { fromMe: true, to: mariana.from }],
	[
		2,
		'yape.payment.received',
		{ source: '/yape/pixel-7', subject: 'ROSA HUAMAN' },
		{ session: '', app: 'yape', amount: '89.90', currency: 'PEN', payerName: 'ROSA HUAMAN' },
	],
	[
		2,
		'webhook.refused',
		{ source: '/inbox-hub', subject: undefined, verification: 'none' },
		{
			refused: 3,
			reasons: [{ reason: 'signature_mismatch', count: 3 }],
			session: '',
		},
	],
	[2, 'whatsapp.message.reaction', {}, { ...mariana, kind: 'reaction', text: '🙏' }],
	[
		0,
		'whatsapp.message.received',
		{},
		{
			...lucia,
			text: '¡Perfecto! Entonces nos vemos el viernes a las 17:30 en la tienda de Gran Vía.',
		},
	],
];

/** A morning of a small shop: realistic envelopes, oldest first, their times counted back from `now`. */
export function sampleEvents(now: Date): EventEnvelope[] {
	return SAMPLES.map(([minutesAgo, type, envelope, special], index) => {
		const seconds = minutesAgo * 60 + ((index * 37) % 50);
		const time = new Date(now.getTime() - seconds * 1000).toISOString();
		const id = `3EB0${(0x5c91a7 + index * 7919).toString(16).toUpperCase()}`;
		const data: Data = {
			messageId: id,
			session: 'tienda',
			kind: 'text',
			timestamp: time,
			...special,
		};
		return {
			specversion: '1.0',
			id,
			source: `/inbox-hub/${String(data.session)}`,
			type,
			subject: String(data.fromMe ? data.to : (data.from ?? data.session)),
			time,
			datacontenttype: 'application/json',
			verification: 'hmac-sha256',
			dedupekey: `${String(data.session)}|${type}|${id}`,
			...envelope,
			data,
		};
	});
}
