import { BaileysTrigger } from '../../../nodes/Baileys/BaileysTrigger.node.ts';
import { WahaStandIn, signWaha, wahaBody, wahaHeaders, wahaMessage } from '../../support/waha.mts';
import {
	CURRENT_SECRET,
	PREVIOUS_SECRET,
	WRONG_SECRET,
	type ConformanceProvider,
	type Refused,
	type RegistrationScene,
	type Sent,
} from '../provider.mts';

const signed = (value: object, secret = CURRENT_SECRET): Sent => {
	const body = JSON.stringify(value);
	return { body, headers: wahaHeaders(body, secret) };
};

/** WAHA: HMAC-SHA512 over the body, our webhook among the others of a session. */
export const waha: ConformanceProvider = {
	name: 'WAHA',
	async open() {
		const standIn = new WahaStandIn([
			{
				name: 'default',
				status: 'WORKING',
				config: {
					metadata: { 'user.id': '123' },
					proxy: null,
					noweb: { store: { enabled: true, fullSync: false } },
					webhooks: [
						{
							url: 'https://crm.example.com/hook?token=abc',
							events: ['message', 'session.status'],
							hmac: { key: 'secret-of-the-crm-0123' },
							retries: null,
							customHeaders: [{ name: 'X-Crm', value: 'yes' }],
						},
					],
				},
			},
		]);
		const baseUrl = await standIn.start();
		return {
			node: BaileysTrigger,
			parameters: { gateway: 'waha', options: {} },
			selectingOther: ['whatsapp.message.read'],
			credential: {
				type: 'realtimeWebhooksWahaApi',
				data: {
					baseUrl,
					apiKey: '',
					webhookSecret: CURRENT_SECRET,
					previousWebhookSecret: PREVIOUS_SECRET,
				},
				rotation: { current: 'webhookSecret', previous: 'previousWebhookSecret' },
				blank: { webhookSecret: ' ', previousWebhookSecret: '' },
				secretField: 'Webhook Secret',
				secrets: [standIn.apiKey, 'secret-of-the-crm-0123'],
			},
			verification: 'hmac-sha512',
			type: 'whatsapp.message.received',
			genuine: (id, { secret } = {}) => signed(wahaMessage(id), secret),
			unknown: (id) => ({
				sent: signed(wahaBody({ id }, { event: 'chat.pinned', id: `evt_${id}` })),
				type: 'whatsapp.other.chat.pinned',
			}),
			unreadable: () => signed([wahaMessage('A')]),
			forgeries: (id) => forgeries(id),
			registration: registration(standIn),
			close: async () => await standIn.stop(),
		};
	},
};

function forgeries(id: string) {
	const good = signed(wahaMessage(id));
	const hex = signWaha(good.body, CURRENT_SECRET);
	const malformed = (headers: Record<string, string>): Refused => ({
		sent: { ...good, headers: { ...good.headers, ...headers } },
		status: 401,
		error: 'signature_malformed',
	});
	const { 'x-webhook-hmac': _signature, ...unsigned } = { ...good.headers };
	const notSigned = {
		notApplicable: 'WAHA signs the body alone; its retries bring the same body for hours',
	};
	return {
		tamperedBody: {
			sent: { ...good, body: String(good.body).replace('Hola', 'Hole') },
			status: 401,
			error: 'signature_mismatch',
		},
		wrongSecret: {
			sent: signed(wahaMessage(id), WRONG_SECRET),
			status: 401,
			error: 'signature_mismatch',
		},
		missingHeader: {
			sent: { body: good.body, headers: unsigned },
			status: 401,
			error: 'signature_missing',
		},
		malformedHeaders: {
			'another algorithm': malformed({ 'x-webhook-hmac-algorithm': 'sha256' }),
			'a digest of SHA-256': malformed({ 'x-webhook-hmac': hex.slice(0, 64) }),
			'a digest too short': malformed({ 'x-webhook-hmac': hex.slice(2) }),
			'a digest too long': malformed({ 'x-webhook-hmac': `${hex}00` }),
			base64: malformed({ 'x-webhook-hmac': Buffer.from(hex, 'hex').toString('base64') }),
		},
		staleTime: notSigned,
		futureTime: notSigned,
	};
}

function registration(standIn: WahaStandIn): RegistrationScene {
	return {
		parameters: { session: { __rl: true, mode: 'id', value: 'default' } },
		credentialData: { apiKey: standIn.apiKey },
		keyField: 'API Key',
		keyName: 'apiKey',
		urls: () => standIn.webhooks().map(({ url }) => url),
		snapshot: () => structuredClone(standIn.sessions),
		writes: () => standIn.calls.filter(({ method }) => method === 'PUT').length,
		disturbance: 'changed',
		disturb() {
			const ours = standIn.webhooks().at(-1);
			if (ours !== undefined) ours.hmac = { key: 'somebody-else-set-this' };
		},
	};
}
