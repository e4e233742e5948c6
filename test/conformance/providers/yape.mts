import { YapeTrigger } from '../../../nodes/Yape/YapeTrigger.node.ts';
import { signers, yapeNotification } from '../../support/yape.mts';
import {
	CURRENT_SECRET,
	PREVIOUS_SECRET,
	WRONG_SECRET,
	type ConformanceProvider,
	type Forgeries,
	type Refused,
	type Scene,
	type SendOptions,
	type Sent,
} from '../provider.mts';

type Scheme = keyof typeof signers;

const TOKEN = 'sanctum-token-that-must-not-be-shown';

const MINUTE_MS = 60_000;

const notification = (id: string) => yapeNotification({ raw_json: { key: id } });

function send(scheme: Scheme, value: object, { secret, sentAt }: SendOptions = {}): Sent {
	const body = JSON.stringify(value);
	return { body, headers: { ...signers[scheme](body, secret ?? CURRENT_SECRET, sentAt) } };
}

const refused = (sent: Sent, error: string): Refused => ({ sent, status: 401, error });

/** A phone that forwards notifications, in one of the three ways to prove that it is the one. */
function provider(name: string, scheme: Scheme): ConformanceProvider {
	return { name, open: () => scene(scheme) };
}

function scene(scheme: Scheme): Scene {
	return {
		node: YapeTrigger,
		parameters: { options: {} },
		selectingOther: ['yape.payment.sent'],
		credential: {
			type: 'realtimeWebhooksYapeNotifierApi',
			data: {
				baseUrl: 'https://api.notificaciones.space',
				token: TOKEN,
				signatureScheme: scheme,
				webhookSecret: CURRENT_SECRET,
				previousWebhookSecret: PREVIOUS_SECRET,
			},
			rotation: { current: 'webhookSecret', previous: 'previousWebhookSecret' },
			blank: { webhookSecret: ' ', previousWebhookSecret: '' },
			secretField: 'Webhook Secret',
			secrets: [TOKEN],
		},
		verification: scheme === 'bearer' ? 'shared-token' : 'hmac-sha256',
		type: 'yape.payment.received',
		acceptedStatus: 201,
		saysDuplicate: ({ status, json }) =>
			status === 201 &&
			(json as { message?: unknown }).message === 'Notification received (duplicate detected)',
		genuine: (id, options) => send(scheme, notification(id), options),
		unknown: (id) => ({
			sent: send(scheme, { ...notification(id), body: 'Tu Yape cumple años', amount: null }),
			type: 'yape.notification.other',
		}),
		unreadable: () => send(scheme, ['no object']),
		forgeries: (id) => FORGERIES[scheme](send(scheme, notification(id)), id),
		registration: { notApplicable: 'the user enters the URL in the app on the phone' },
	};
}

const notSigned = { notApplicable: 'this method does not sign a time' };

function withHeaders(sent: Sent, headers: Record<string, string>): Sent {
	return { ...sent, headers: { ...sent.headers, ...headers } };
}

const FORGERIES: Readonly<Record<Scheme, (good: Sent, id: string) => Forgeries>> = {
	hmac(good, id) {
		const hex = (good.headers?.['x-signature'] ?? '').slice('sha256='.length);
		const malformed = (signature: string) =>
			refused(withHeaders(good, { 'x-signature': signature }), 'signature_malformed');
		return {
			...common('hmac', good, id),
			malformedHeaders: {
				'another algorithm': malformed(`sha512=${hex}`),
				'a digest too short': malformed(hex.slice(2)),
				base64: malformed(Buffer.from(hex, 'hex').toString('base64')),
			},
			staleTime: notSigned,
			futureTime: notSigned,
		};
	},
	standardWebhooks(good, id) {
		const at = (ms: number) =>
			send('standardWebhooks', notification(id), { sentAt: new Date(Date.now() + ms) });
		const malformed = (headers: Record<string, string>) =>
			refused(withHeaders(good, headers), 'signature_malformed');
		const signature = good.headers?.['webhook-signature'] ?? '';
		return {
			...common('standardWebhooks', good, id),
			malformedHeaders: {
				'no version': malformed({ 'webhook-signature': signature.slice('v1,'.length) }),
				'another version': malformed({ 'webhook-signature': signature.replace('v1', 'v2') }),
				'a time in words': malformed({ 'webhook-timestamp': 'now' }),
			},
			staleTime: refused(at(-6 * MINUTE_MS), 'timestamp_outside_tolerance'),
			futureTime: refused(at(6 * MINUTE_MS), 'timestamp_outside_tolerance'),
		};
	},
	bearer(good, id) {
		const other = (authorization: string, error: string) =>
			refused(withHeaders(good, { authorization }), error);
		return {
			...common('bearer', good, id),
			tamperedBody: { notApplicable: 'a token does not cover the body' },
			malformedHeaders: {
				'another scheme': other(`Basic ${CURRENT_SECRET}`, 'signature_missing'),
				'no scheme': other(CURRENT_SECRET, 'signature_missing'),
				'a letter too many': other(`Bearer ${CURRENT_SECRET}x`, 'signature_mismatch'),
			},
			staleTime: notSigned,
			futureTime: notSigned,
		};
	},
};

function common(scheme: Scheme, good: Sent, id: string) {
	return {
		tamperedBody: refused(
			{ ...good, body: String(good.body).replace('S/ 50', 'S/ 90') },
			'signature_mismatch',
		),
		wrongSecret: refused(
			send(scheme, notification(id), { secret: WRONG_SECRET }),
			'signature_mismatch',
		),
		missingHeader: refused({ body: good.body }, 'signature_missing'),
	};
}

export const yapeHmac = provider('Yape, HMAC', 'hmac');
export const yapeStandardWebhooks = provider('Yape, Standard Webhooks', 'standardWebhooks');
export const yapeBearer = provider('Yape, bearer token', 'bearer');
