import { createHmac, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { SenderName } from '../start/examples.mts';
import type { SendRequest } from './arguments.mts';
import { EU_ATENDO_EVENTS } from './gateways/euAtendo.mts';
import { INBOX_HUB_EVENTS } from './gateways/inboxHub.mts';
import { WAHA_EVENTS } from './gateways/waha.mts';
import { SESSION, SHOP, type WhatsAppType } from './gateways/whatsapp.mts';

/** What a provider posts. */
export interface Outgoing {
	readonly body: string;
	readonly headers: Readonly<Record<string, string>>;
}

const hmac = (algorithm: 'sha256' | 'sha512', body: string, secret: string) =>
	createHmac(algorithm, secret).update(body).digest('hex');

/** Bodies and signatures as each provider makes them; Kometia's come from the local store. */
export const DELIVERIES: Readonly<
	Record<Exclude<SenderName, 'kometia'>, (request: SendRequest, secret: string) => Outgoing>
> = {
	'inbox-hub': (request, secret) => {
		const told = INBOX_HUB_EVENTS[request.type as WhatsAppType](request);
		const body = JSON.stringify(told);
		return {
			body,
			headers: {
				'X-Webhook-Event': told.event,
				'X-Webhook-Session': SESSION,
				'X-Webhook-Signature': `sha256=${hmac('sha256', body, secret)}`,
			},
		};
	},

	waha: (request, secret) => {
		const { event, data } = WAHA_EVENTS[request.type as WhatsAppType](request);
		const body = JSON.stringify({
			id: `evt_${request.id}`,
			timestamp: Date.now(),
			event,
			session: SESSION,
			me: { id: `${SHOP}@c.us`, pushName: 'Shop' },
			payload: data,
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

	'eu-atendo': (request, secret) => {
		const { event, data } = EU_ATENDO_EVENTS[request.type as WhatsAppType](request);
		const token = jwt.sign({ app: 'evolution', action: 'webhook' }, secret, { expiresIn: '10m' });
		const sender = `${SHOP}@s.whatsapp.net`;
		return {
			body: JSON.stringify({ event, instance: SESSION, data, sender, apikey: null }),
			headers: { Authorization: `Bearer ${token}` },
		};
	},

	yape: ({ text, id, at }, secret) => {
		const body = JSON.stringify({
			device_id: '0b9c5a64-6c1f-4c37-9a3e-5d2f1e8c7b6a',
			source_app: 'yape',
			package_name: 'com.bcp.innovacxion.yapeapp',
			title: 'Confirmación de Pago',
			body: text,
			posted_at: at.toISOString(),
			received_at: new Date().toISOString(),
			raw_json: { key: `0|com.bcp.innovacxion.yapeapp|${id}|null|10123` },
		});
		return { body, headers: { 'X-Signature': `sha256=${hmac('sha256', body, secret)}` } };
	},
};
