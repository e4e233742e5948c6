import jsonwebtoken from 'jsonwebtoken';
import { EuAtendoTrigger } from '../../../nodes/EuAtendo/EuAtendoTrigger.node.ts';
import { bearer, EvolutionStandIn, frameOf, textMessage } from '../../support/evolutionApi.mts';
import {
	CURRENT_SECRET,
	PREVIOUS_SECRET,
	WRONG_SECRET,
	type ConformanceProvider,
	type Forgeries,
	type Refused,
	type RegistrationScene,
	type Sent,
} from '../provider.mts';

const OTHER_KEY = 'key-of-the-crm-0123456789';

/** Half an hour of leeway behind the ten minutes of a token, and a little more. */
const TOO_LATE_MS = 41 * 60_000;

const json = (value: object) => JSON.stringify(value);

const signed = (value: object, authorization = bearer(CURRENT_SECRET)): Sent => ({
	body: json(value),
	headers: { authorization },
});

const refused = (sent: Sent, error: string): Refused => ({ sent, status: 401, error });

const BODY_NOT_SIGNED = {
	notApplicable:
		'Evolution API signs who delivers and when, not what: its token does not cover the body',
};

async function open(verification: 'jwt' | 'header') {
	const standIn = new EvolutionStandIn([
		{
			name: 'shop1',
			webhook: {
				url: 'https://crm.example.com/hook',
				enabled: true,
				headers: { jwt_key: OTHER_KEY, 'X-Crm': 'yes' },
				events: ['MESSAGES_UPSERT', 'CALL'],
				webhookByEvents: true,
				webhookBase64: true,
			},
		},
	]);
	const baseUrl = await standIn.start();
	const withSecret = (value: object, secret: string, sentAt?: Date): Sent =>
		verification === 'jwt'
			? signed(value, bearer(secret, { sentAt }))
			: { body: json(value), headers: { 'x-evo-token': secret } };
	return {
		node: EuAtendoTrigger,
		parameters: { scope: 'instance', instance: '', options: {} },
		selectingOther: ['whatsapp.message.read'],
		credential: {
			type: 'realtimeWebhooksEvolutionApi',
			data: {
				baseUrl,
				apiKey: '',
				verification,
				headerName: 'X-Evo-Token',
				webhookSecret: CURRENT_SECRET,
				previousWebhookSecret: PREVIOUS_SECRET,
			},
			rotation: { current: 'webhookSecret', previous: 'previousWebhookSecret' },
			blank: { webhookSecret: ' ', previousWebhookSecret: '' },
			secretField: 'Webhook Secret',
			secrets: [standIn.apiKey, 'token-of-shop1', OTHER_KEY],
		},
		verification: verification === 'jwt' ? 'jwt-hs256' : 'shared-token',
		type: 'whatsapp.message.received',
		genuine: (
			id: string,
			{ secret = CURRENT_SECRET, sentAt }: { secret?: string; sentAt?: Date } = {},
		) => withSecret(textMessage(id), secret, sentAt),
		unknown: (id: string) => ({
			sent: withSecret(frameOf('chat.pinned', { id, apiKey: 'token-of-shop1' }), CURRENT_SECRET),
			type: 'whatsapp.other.chat.pinned',
		}),
		unreadable: () => withSecret([textMessage('A')], CURRENT_SECRET),
		forgeries: (id: string) =>
			verification === 'jwt' ? tokenForgeries(id) : headerForgeries(textMessage(id)),
		registration: registration(standIn),
		close: async () => await standIn.stop(),
	};
}

function tokenForgeries(id: string): Forgeries {
	const value = textMessage(id);
	const good = bearer(CURRENT_SECRET);
	const payload = { app: 'evolution', action: 'webhook', exp: Math.floor(Date.now() / 1000) + 600 };
	const malformed = (token: string) => refused(signed(value, token), 'signature_malformed');
	const longAgo = new Date(Date.now() - TOO_LATE_MS);
	const ahead = new Date(Date.now() + TOO_LATE_MS);
	return {
		tamperedBody: BODY_NOT_SIGNED,
		wrongSecret: refused(signed(value, bearer(WRONG_SECRET)), 'signature_mismatch'),
		missingHeader: refused({ body: json(value) }, 'signature_missing'),
		malformedHeaders: {
			'no algorithm': malformed(`Bearer ${jsonwebtoken.sign(payload, '', { algorithm: 'none' })}`),
			'another algorithm': malformed(
				`Bearer ${jsonwebtoken.sign(payload, CURRENT_SECRET, { algorithm: 'HS512' })}`,
			),
			'another scheme': malformed(good.replace('Bearer', 'Basic')),
			'two parts': malformed(good.slice(0, good.lastIndexOf('.'))),
			padding: malformed(`${good}=`),
		},
		staleTime: refused(signed(value, bearer(CURRENT_SECRET, { sentAt: longAgo })), 'token_expired'),
		futureTime: refused(
			signed(value, bearer(CURRENT_SECRET, { sentAt: ahead })),
			'timestamp_outside_tolerance',
		),
	};
}

function headerForgeries(value: object): Forgeries {
	const body = json(value);
	const notSigned = { notApplicable: 'A secret header carries no time' };
	return {
		tamperedBody: BODY_NOT_SIGNED,
		wrongSecret: refused({ body, headers: { 'x-evo-token': WRONG_SECRET } }, 'signature_mismatch'),
		missingHeader: refused(
			{ body, headers: { authorization: bearer(CURRENT_SECRET) } },
			'signature_missing',
		),
		malformedHeaders: { notApplicable: 'Any text may be a secret, so none is malformed' },
		staleTime: notSigned,
		futureTime: notSigned,
	};
}

function registration(standIn: EvolutionStandIn): RegistrationScene {
	const instance = standIn.instance('shop1');
	return {
		parameters: { instance: { __rl: true, mode: 'name', value: 'shop1' } },
		credentialData: { apiKey: standIn.apiKey },
		keyField: 'API Key',
		keyName: 'apiKey',
		urls: () => (instance.webhook?.enabled ? [instance.webhook.url] : []),
		snapshot: () => structuredClone(instance.webhook),
		writes: () => standIn.writes().length,
		disturbance: 'taken',
		disturb: () => {
			if (instance.webhook !== null) instance.webhook.url = 'https://other.example.com/hook';
		},
	};
}

/** ApiEuAtendo, that is Evolution API: a token signed with HS256, one webhook for each instance. */
export const euAtendo: ConformanceProvider = {
	name: 'EuAtendo, signed token',
	open: async () => await open('jwt'),
};

/** The same with a secret header, for versions that sign no token. */
export const euAtendoHeader: ConformanceProvider = {
	name: 'EuAtendo, secret header',
	open: async () => await open('header'),
};
