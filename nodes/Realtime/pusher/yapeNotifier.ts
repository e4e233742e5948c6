import { NodeOperationError, type INodeProperties, type ITriggerFunctions } from 'n8n-workflow';
import type { ProviderEvent } from '../../../lib/event/envelope';
import type { PusherEvent } from '../../../lib/realtime/pusher/channelEvents';
import type { PusherSettings } from '../../../lib/realtime/pusher/settings';
import type { PusherSourceOptions } from '../../../lib/realtime/pusher/source';
import type { ConnectOptions, RealtimeMessage, RealtimeSink } from '../../../lib/realtime/source';
import { readNotification } from '../../../lib/yape/notification';
import {
	readNotifications,
	readTokens,
	readUser,
	type NotifierAccess,
} from '../../../lib/yape/notifierApi';
import {
	cursorAfter,
	NotifierCatchUp,
	userOf,
	type NotifierUser,
	partlyCaughtUp,
} from '../../../lib/yape/notifierCatchUp';
import { paymentEvent } from '../../../lib/yape/paymentEvent';
import type { Egress } from '../listen/listenTransport';

/** Event of Yape Notifier's server for each notification that a phone has sent. */
const NOTIFICATION = 'notification.created';

const BROADCASTING_ROUTE = '/api/broadcasting/auth';

/** The choice of a preset, and what it asks for. */
export const presetProperties: INodeProperties[] = [
	{
		displayName: 'Preset',
		name: 'preset',
		type: 'options',
		noDataExpression: true,
		default: 'none',
		description: 'A known application that sends the events',
		options: [
			{ name: 'None', value: 'none', description: 'Any channels and events' },
			{
				name: 'Yape Notifier',
				value: 'yapeNotifier',
				description:
					'Payments of a shop, in the same format as from Yape Trigger. The Pusher credential needs the key and secret of the app. After each reconnect, missed payments are read from the server, but only from the phones of users whose token is in the Yape Notifier credential.',
			},
		],
		displayOptions: { show: { transport: ['pusher'] } },
	},
	{
		displayName: 'Commerce ID',
		name: 'commerceId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 5',
		description:
			'The number of the shop in Yape Notifier. Its channel is private-commerce. followed by the number.',
		displayOptions: { show: { transport: ['pusher'], preset: ['yapeNotifier'] } },
	},
];

/** Whether the user chose the preset. */
export function isYapeNotifier(context: ITriggerFunctions): boolean {
	return context.getNodeParameter('preset', 'none') === 'yapeNotifier';
}

/** The server's API as the credential 'Yape Notifier API' names it; undefined without a token. */
export async function readNotifierAccess(
	context: ITriggerFunctions,
	egress: Egress,
): Promise<NotifierAccess | undefined> {
	if (context.getNode().credentials?.realtimeWebhooksYapeNotifierApi === undefined)
		return undefined;
	const { baseUrl, token } = await context.getCredentials<{ baseUrl?: string; token?: string }>(
		'realtimeWebhooksYapeNotifierApi',
	);
	const tokens = readTokens(token ?? '');
	if (tokens.length === 0) return undefined;
	const base = (baseUrl ?? '').trim().replace(/\/+$/, '');
	if (!/^https?:\/\//.test(base) || !URL.canParse(base)) {
		throw new NodeOperationError(
			context.getNode(),
			"'Base URL' in the credential 'Yape Notifier API' is not a valid URL. Enter a URL such as https://api.notificaciones.space.",
		);
	}
	return { baseUrl: base, tokens, egress };
}

/** Channels are authorised by Yape Notifier itself where nobody holds the app's secret. */
export function withNotifierAuth(
	settings: PusherSettings,
	access: NotifierAccess | undefined,
): PusherSettings {
	const isKnown = settings.authEndpoint !== undefined || settings.secret !== '';
	if (isKnown || access === undefined) return settings;
	const [token] = access.tokens;
	return {
		...settings,
		authEndpoint: access.baseUrl + BROADCASTING_ROUTE,
		authHeaders: { ...settings.authHeaders, authorization: `Bearer ${token}` },
	};
}

/** The shop's channel. */
export function notifierChannel(context: ITriggerFunctions): string {
	const id = String(context.getNodeParameter('commerceId', '') ?? '').trim();
	if (/^[\w-]{1,100}$/.test(id)) return `private-commerce.${id}`;
	throw new NodeOperationError(
		context.getNode(),
		"'Commerce ID' is not a shop number. Enter a number such as 5.",
	);
}

/**
 * Payments instead of bare events, and what was missed after each connect.
 *
 * @param tell is shown every notification, selected or not
 */
export function notifierOptions(
	access: NotifierAccess | undefined,
	other: (event: PusherEvent) => RealtimeMessage | undefined,
	tell: (event: ProviderEvent) => void,
): Pick<PusherSourceOptions, 'afterSubscribed' | 'toMessage'> {
	const catchUp = new NotifierCatchUp();
	const heard = new Set<string>();
	let isFirst = true;
	return {
		toMessage: (event) => {
			if (event.event !== NOTIFICATION) return other(event);
			for (const user of usersIn(event.payload)) heard.add(user);
			return paymentMessage(event.payload, event.receivedAt, tell) ?? other(event);
		},
		...(access === undefined
			? {}
			: {
					afterSubscribed: async (sink: RealtimeSink, { cursor, signal }: ConnectOptions) => {
						const made = await catchUp.run(usersOf(access, signal), cursor, ({ value }) => {
							const message = paymentMessage(value, new Date(), tell);
							if (message !== undefined) sink.message(message);
						});
						const partly = partlyCaughtUp(made, heard, access.tokens.length);
						// The gap is told of a reconnect only; n8n may have been away too.
						if (isFirst && cursor !== undefined) {
							sink.warn(`listening continues where it stopped. ${partly.summary}`);
						} else if (isFirst && made.refused.length > 0) {
							sink.warn(partly.summary);
						}
						isFirst = false;
						return partly;
					},
				}),
	};
}

function usersOf(access: NotifierAccess, signal: AbortSignal): NotifierUser[] {
	return access.tokens.map((token) => ({
		readUser: async () => await readUser(access, token, signal),
		readPage: async (number, since) =>
			await readNotifications(access, token, { number, since }, signal),
	}));
}

function usersIn(payload: unknown): string[] {
	return typeof payload === 'object' && payload !== null ? userOf({ value: { ...payload } }) : [];
}

/** Undefined for what is no record of Yape Notifier. */
function paymentMessage(
	value: unknown,
	receivedAt: Date,
	tell: (event: ProviderEvent) => void,
): RealtimeMessage | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	try {
		const event = paymentEvent(readNotification(value), { receivedAt });
		tell(event);
		const record = { id: Number(Reflect.get(value, 'id')), value: { ...value } };
		const isRecord = Number.isSafeInteger(record.id);
		return {
			event,
			...(event.momentary === undefined ? { dedupeKey: event.dedupeKey } : {}),
			...(isRecord ? { cursor: cursorAfter(record) } : {}),
		};
	} catch {
		return undefined;
	}
}
