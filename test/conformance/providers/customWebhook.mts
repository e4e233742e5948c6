import type { INodeParameters } from 'n8n-workflow';
import { SignedWebhookTrigger } from '../../../nodes/SignedWebhook/SignedWebhookTrigger.node.ts';
import { hmac, unixSeconds } from '../../support/signedSenders.mts';
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

const HOUR_MS = 3_600_000;

/** A sender of the user's own, in one of the ways that a custom scheme knows. */
interface CustomSender {
	readonly parameters: INodeParameters;
	readonly verification: string;
	/** What the credential holds for a secret. */
	written(secret: string): string;
	headers(body: string, options: Required<SendOptions>): Record<string, string>;
	forgeries(good: Sent, send: (options: SendOptions) => Sent): Partial<Forgeries>;
}

const refused = (sent: Sent, error: string): Refused => ({ sent, status: 401, error });

const withHeaders = (sent: Sent, headers: Record<string, string>): Sent => ({
	...sent,
	headers: { ...sent.headers, ...headers },
});

const NO_BODY = { notApplicable: 'This method does not protect the body' };
const NO_TIME = { notApplicable: 'This method does not sign a time' };

const SENDERS: Readonly<Record<string, CustomSender>> = {
	signature: {
		parameters: {
			method: 'signature',
			signatureHeader: 'X-Signature',
			algorithm: 'sha512',
			encoding: 'base64url',
			signaturePrefix: 'sha512=',
			signedContent: '{timestamp}.{id}.{body}',
			timestampPlace: 'header:X-Timestamp',
			timestampUnit: 'seconds',
			tolerance: 300,
			eventIdPlace: 'header:X-Event-Id',
		},
		verification: 'hmac-sha512',
		written: (secret) => secret,
		headers: (body, { secret, sentAt }) => {
			const id = idOf(body);
			const time = unixSeconds(sentAt);
			return {
				'x-event-id': id,
				'x-timestamp': time,
				'x-signature': `sha512=${hmac(secret, `${time}.${id}.${body}`, 'base64url', 'sha512')}`,
			};
		},
		forgeries: (good, send) => {
			const signature = good.headers?.['x-signature'] ?? '';
			const malformed = (text: string) =>
				refused(withHeaders(good, { 'x-signature': text }), 'signature_malformed');
			return {
				tamperedBody: refused({ ...good, body: `${String(good.body)} ` }, 'signature_mismatch'),
				malformedHeaders: {
					'no prefix': malformed(signature.slice('sha512='.length)),
					'another prefix': malformed(signature.replace('sha512', 'sha256')),
					'a letter too few': malformed(signature.slice(0, -1)),
				},
				staleTime: refused(
					send({ sentAt: new Date(Date.now() - HOUR_MS) }),
					'timestamp_outside_tolerance',
				),
				futureTime: refused(
					send({ sentAt: new Date(Date.now() + HOUR_MS) }),
					'timestamp_outside_tolerance',
				),
			};
		},
	},
	sharedToken: {
		parameters: { method: 'sharedToken', signatureHeader: 'X-Token', eventIdPlace: 'body:key' },
		verification: 'shared-token',
		written: (secret) => secret,
		headers: (_body, { secret }) => ({ 'x-token': secret }),
		forgeries: (good) => ({
			malformedHeaders: {
				'a letter too many': refused(
					withHeaders(good, { 'x-token': `${CURRENT_SECRET}x` }),
					'signature_mismatch',
				),
				'another letter': refused(
					withHeaders(good, { 'x-token': CURRENT_SECRET.replace('c', 'C') }),
					'signature_mismatch',
				),
			},
		}),
	},
	basicAuth: {
		parameters: { method: 'basicAuth', eventIdPlace: 'body:key' },
		verification: 'shared-token',
		written: (secret) => `user:${secret}`,
		headers: (_body, { secret }) => ({ authorization: basic(`user:${secret}`) }),
		forgeries: (good) => ({
			malformedHeaders: {
				'another method': refused(
					withHeaders(good, { authorization: `Bearer ${CURRENT_SECRET}` }),
					'signature_missing',
				),
				'another user': refused(
					withHeaders(good, { authorization: basic(`root:${CURRENT_SECRET}`) }),
					'signature_mismatch',
				),
			},
		}),
	},
};

/** A custom scheme, in each of its methods. */
export const customWebhooks: readonly ConformanceProvider[] = Object.entries(SENDERS).map(
	([method, sender]) => ({ name: `Custom Webhook: ${method}`, open: () => scene(sender) }),
);

function scene(sender: CustomSender): Scene {
	const { parameters, verification, written } = sender;
	const send = (type: string, id: string, options: SendOptions = {}): Sent => {
		const body = JSON.stringify({ type, key: id });
		const { secret = CURRENT_SECRET, sentAt = new Date() } = options;
		return { body, headers: sender.headers(body, { secret, sentAt }) };
	};
	return {
		node: SignedWebhookTrigger,
		parameters: { scheme: 'custom', ...parameters, options: {} },
		selectingAll: '*',
		selectingOther: 'moon.*',
		credential: {
			type: 'realtimeWebhooksSignedWebhookApi',
			data: { secret: written(CURRENT_SECRET), previousSecret: written(PREVIOUS_SECRET) },
			rotation: { current: 'secret', previous: 'previousSecret', written },
			blank: { secret: ' ', previousSecret: '' },
			secretField: 'Secret',
		},
		verification,
		type: 'webhook.order.paid',
		genuine: (id, options) => send('order.paid', id, options),
		unknown: (id) => ({ sent: send('order.framed', id), type: 'webhook.order.framed' }),
		unreadable: () => ({ notApplicable: 'Any body that is genuine is an event here' }),
		forgeries: (id) => {
			const good = send('order.paid', id);
			return {
				tamperedBody: NO_BODY,
				wrongSecret: refused(
					send('order.paid', id, { secret: WRONG_SECRET }),
					'signature_mismatch',
				),
				missingHeader: refused({ body: good.body }, 'signature_missing'),
				malformedHeaders: NO_TIME,
				staleTime: NO_TIME,
				futureTime: NO_TIME,
				...sender.forgeries(good, (options) => send('order.paid', id, options)),
			};
		},
		registration: { notApplicable: 'The user tells the sender the URL' },
	};
}

function idOf(body: string): string {
	return String((JSON.parse(body) as { key: unknown }).key);
}

function basic(credentials: string): string {
	return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
