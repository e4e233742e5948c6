import { BaileysTrigger } from '../../../nodes/Baileys/BaileysTrigger.node.ts';
import { InboxHubStandIn, receivedMessage, sign } from '../../support/inboxHub.mts';
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
	return { body, headers: { 'x-webhook-signature': sign(body, secret) } };
};

const message = (id: string) => receivedMessage({ whatsappMessageId: id });

/** Inbox Hub: HMAC-SHA256 over the body, one webhook for each session. */
export const inboxHub: ConformanceProvider = {
	name: 'Inbox Hub',
	async open() {
		const standIn = new InboxHubStandIn([
			{
				id: 93,
				sessionId: 'sales_1',
				sessionName: 'Sales',
				status: 'connected',
				webhookUrl: 'https://crm.example.com/hook',
				webhookSecret: 'secret-of-the-crm-0123',
			},
		]);
		const baseUrl = await standIn.start();
		return {
			node: BaileysTrigger,
			parameters: { gateway: 'inboxHub', options: {} },
			selectingOther: ['whatsapp.message.read'],
			credential: {
				type: 'realtimeWebhooksInboxHubApi',
				data: {
					baseUrl,
					apiKey: '',
					webhookSecret: CURRENT_SECRET,
					previousWebhookSecret: PREVIOUS_SECRET,
				},
				rotation: { current: 'webhookSecret', previous: 'previousWebhookSecret' },
				blank: { webhookSecret: ' ', previousWebhookSecret: '' },
				secretField: 'Webhook Secret',
				secrets: [standIn.apiKey],
			},
			verification: 'hmac-sha256',
			type: 'whatsapp.message.received',
			genuine: (id, { secret } = {}) => signed(message(id), secret),
			unknown: (id) => ({
				sent: signed({ event: 'chat.pinned', data: { sessionId: 'sales_1', id } }),
				type: 'whatsapp.other.chat.pinned',
			}),
			unreadable: () => signed([{ event: 'message.received' }]),
			forgeries: (id) => forgeries(id),
			registration: registration(standIn),
			close: async () => await standIn.stop(),
		};
	},
};

function forgeries(id: string) {
	const good = signed(message(id));
	const hex = sign(good.body).slice('sha256='.length);
	const malformed = (signature: string): Refused => ({
		sent: { ...good, headers: { 'x-webhook-signature': signature } },
		status: 401,
		error: 'signature_malformed',
	});
	const notSigned = { notApplicable: 'Inbox Hub does not sign a time' };
	return {
		tamperedBody: {
			sent: { ...good, body: String(good.body).replace('Hola', 'Hole') },
			status: 401,
			error: 'signature_mismatch',
		},
		wrongSecret: {
			sent: signed(message(id), WRONG_SECRET),
			status: 401,
			error: 'signature_mismatch',
		},
		missingHeader: { sent: { body: good.body }, status: 401, error: 'signature_missing' },
		malformedHeaders: {
			'another algorithm': malformed(`sha512=${hex}`),
			'a prefix twice': malformed(`sha256=sha256=${hex}`),
			'a digest too short': malformed(`sha256=${hex.slice(2)}`),
			'a digest too long': malformed(`sha256=${hex}00`),
			base64: malformed(Buffer.from(hex, 'hex').toString('base64')),
		},
		staleTime: notSigned,
		futureTime: notSigned,
	};
}

function registration(standIn: InboxHubStandIn): RegistrationScene {
	const [session] = standIn.sessions;
	if (session === undefined) throw new Error('the stand-in has no session');
	return {
		parameters: { session: { __rl: true, mode: 'id', value: String(session.id) } },
		credentialData: { apiKey: standIn.apiKey },
		keyField: 'API Key',
		keyName: 'apiKey',
		urls: () => (session.webhookUrl ? [session.webhookUrl] : []),
		snapshot: () => structuredClone(session),
		writes: () => standIn.calls.filter(({ method }) => method === 'PUT').length,
		disturbance: 'taken',
		disturb: () => void (session.webhookUrl = 'https://other.example.com/hook'),
	};
}
