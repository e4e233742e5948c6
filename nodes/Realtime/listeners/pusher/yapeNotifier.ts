import { NodeOperationError, type INodeProperties, type ITriggerFunctions } from 'n8n-workflow';
import type { PusherEvent } from '../../../../lib/pusher/channelEvents';
import type { PusherSettings } from '../../../../lib/pusher/settings';
import type { PusherSourceOptions } from '../../../../lib/pusher/source';
import type { RealtimeMessage } from '../../../../lib/realtime/source';
import { readNotification } from '../../../../lib/yape/notification';
import { readNotifications, type NotifierAccess } from '../../../../lib/yape/notifierApi';
import { cursorAfter, NotifierCatchUp } from '../../../../lib/yape/notifierCatchUp';
import { paymentEvent } from '../../../../lib/yape/paymentEvent';
import type { Egress } from '../listenTransport';

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
		description: 'What the events are, where it is known',
		options: [
			{ name: 'None', value: 'none', description: 'Any channels and events' },
			{
				name: 'Yape Notifier',
				value: 'yapeNotifier',
				description:
					"Payments of a shop, as the Yape Trigger tells them. The published server needs the app's key and secret; its route for channels does not look at tokens. After each reconnect, what phones of the token's user sent is made up for; other users' payments may be missing.",
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
			"The shop's number at Yape Notifier; its channel is private-commerce. with the number behind it.",
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
	if (!token?.trim()) return undefined;
	const base = (baseUrl ?? '').trim().replace(/\/+$/, '');
	if (!/^https?:\/\//.test(base) || !URL.canParse(base)) {
		throw new NodeOperationError(
			context.getNode(),
			"'Base URL' of the credential 'Yape Notifier API' is not an address. Write it such as https://api.notificaciones.space.",
		);
	}
	return { baseUrl: base, token: token.trim(), egress };
}

/** Channels are authorised by Yape Notifier itself where nobody holds the app's secret. */
export function withNotifierAuth(
	settings: PusherSettings,
	access: NotifierAccess | undefined,
): PusherSettings {
	const isKnown = settings.authEndpoint !== undefined || settings.secret !== '';
	if (isKnown || access === undefined) return settings;
	return {
		...settings,
		authEndpoint: access.baseUrl + BROADCASTING_ROUTE,
		authHeaders: { ...settings.authHeaders, authorization: `Bearer ${access.token}` },
	};
}

/** The shop's channel. */
export function notifierChannel(context: ITriggerFunctions): string {
	const id = String(context.getNodeParameter('commerceId', '') ?? '').trim();
	if (/^[\w-]{1,100}$/.test(id)) return `private-commerce.${id}`;
	throw new NodeOperationError(
		context.getNode(),
		"'Commerce ID' is not the number of a shop. Write it such as 5.",
	);
}

/** Payments instead of bare events, and what was missed after each connect. */
export function notifierOptions(
	access: NotifierAccess | undefined,
	other: (event: PusherEvent) => RealtimeMessage | undefined,
): Pick<PusherSourceOptions, 'afterSubscribed' | 'toMessage'> {
	const catchUp = new NotifierCatchUp();
	return {
		toMessage: (event) =>
			(event.event === NOTIFICATION && paymentMessage(event.payload, event.receivedAt)) ||
			other(event),
		...(access === undefined
			? {}
			: {
					afterSubscribed: async (sink, { cursor, signal }) => {
						await catchUp.run(
							async (page, since) => await readNotifications(access, page, since, signal),
							cursor,
							({ value }) => {
								const message = paymentMessage(value, new Date());
								if (message !== undefined) sink.message(message);
							},
						);
						// The server lists only what phones of the token's user sent, whatever the user's role;
						// no route lists the shop's. So it is never known to be all.
						return false;
					},
				}),
	};
}

/** Undefined for what is no record of Yape Notifier. */
function paymentMessage(value: unknown, receivedAt: Date): RealtimeMessage | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	try {
		const event = paymentEvent(readNotification(value), { receivedAt });
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
