import { createHash, createHmac, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { SenderName } from '../start/examples.mts';
import type { SendRequest } from './arguments.mts';

/** What a provider posts. */
export interface Outgoing {
	readonly body: string;
	readonly headers: Readonly<Record<string, string>>;
}

const SESSION = 'local_demo';
const SHOP = '51900000000';

const hmac = (algorithm: 'sha256' | 'sha512', body: string, secret: string) =>
	createHmac(algorithm, secret).update(body).digest('hex');

const seconds = () => Math.floor(Date.now() / 1000);

/** A phone's retry tells the same second again, so the same id stands for the same one of yesterday. */
function postedAt(id: string): string {
	const day = 86_400;
	const second = createHash('sha256').update(id).digest().readUInt32BE() % day;
	return new Date((Math.floor(seconds() / day) * day - second) * 1000).toISOString();
}

/** Bodies and signatures as each provider makes them; Kometia's come from the local store. */
export const DELIVERIES: Readonly<
	Record<Exclude<SenderName, 'kometia'>, (request: SendRequest, secret: string) => Outgoing>
> = {
	'inbox-hub': ({ text, id, from }, secret) => {
		const chat = `${from}@s.whatsapp.net`;
		const body = JSON.stringify({
			event: 'message.received',
			data: {
				sessionId: SESSION,
				session_db_id: 1,
				message: {
					whatsappMessageId: id,
					content: text,
					chatId: chat,
					from: chat,
					to: SHOP,
					timestamp: seconds(),
					type: 'text',
					has_attachment: false,
					media: null,
				},
			},
		});
		return {
			body,
			headers: {
				'X-Webhook-Event': 'message.received',
				'X-Webhook-Session': SESSION,
				'X-Webhook-Signature': `sha256=${hmac('sha256', body, secret)}`,
			},
		};
	},

	waha: ({ text, id, from }, secret) => {
		const chat = `${from}@c.us`;
		const body = JSON.stringify({
			id: `evt_${id}`,
			timestamp: Date.now(),
			event: 'message',
			session: SESSION,
			me: { id: `${SHOP}@c.us`, pushName: 'Shop' },
			payload: {
				id: `false_${chat}_${id}`,
				timestamp: seconds(),
				from: chat,
				fromMe: false,
				to: `${SHOP}@c.us`,
				body: text,
				hasMedia: false,
			},
			engine: 'NOWEB',
		});
		return {
			body,
			headers: {
				'X-Webhook-Request-Id': randomUUID(),
				'X-Webhook-Timestamp': String(Date.now()),
				'X-Webhook-Hmac-Algorithm': 'sha512',
				'X-Webhook-Hmac': hmac('sha512', body, secret),
			},
		};
	},

	'eu-atendo': ({ text, id, from }, secret) => {
		const token = jwt.sign({ app: 'evolution', action: 'webhook' }, secret, { expiresIn: '10m' });
		return {
			body: JSON.stringify({
				event: 'messages.upsert',
				instance: SESSION,
				data: {
					key: { remoteJid: `${from}@s.whatsapp.net`, fromMe: false, id },
					pushName: 'Ana',
					message: { conversation: text },
					messageType: 'conversation',
					messageTimestamp: seconds(),
				},
				sender: `${SHOP}@s.whatsapp.net`,
				apikey: null,
			}),
			headers: { Authorization: `Bearer ${token}` },
		};
	},

	yape: ({ text, id, isRepeatable }, secret) => {
		const body = JSON.stringify({
			device_id: '0b9c5a64-6c1f-4c37-9a3e-5d2f1e8c7b6a',
			source_app: 'yape',
			package_name: 'com.bcp.innovacxion.yapeapp',
			title: 'Confirmación de Pago',
			body: text,
			posted_at: isRepeatable ? postedAt(id) : new Date(seconds() * 1000).toISOString(),
			raw_json: { key: `0|com.bcp.innovacxion.yapeapp|${id}|null|10123` },
		});
		return { body, headers: { 'X-Signature': `sha256=${hmac('sha256', body, secret)}` } };
	},
};
