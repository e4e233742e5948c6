import { fieldOf, isObject, isText, listOf, type JsonObject } from '../../../lib/event/json';
import { textKeys } from '../../../lib/signature/secretKeys';
import type { ListedEvent, WebhookScheme } from '../webhookScheme';

/**
 * Meta: WhatsApp Cloud, Messenger, Instagram and the rest of the Graph API. One delivery holds up to
 * 1000 changes of several accounts, and a change of WhatsApp several messages: each is an event, with
 * the body that Meta would have sent of it alone. Whether the address is the user's is asked by GET, see
 * `answerSetup.ts`.
 *
 * @see https://developers.facebook.com/docs/graph-api/webhooks/getting-started
 * @see https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components
 * @see https://developers.facebook.com/docs/messenger-platform/webhooks
 */
export const meta: WebhookScheme = {
	name: 'meta',
	label: 'Meta (WhatsApp Cloud, Messenger, Instagram)',
	source: '/meta',
	secretHint:
		'At developers.facebook.com, open the app, then App settings > Basic > App secret. Also enter the Verify Token of the webhook in the credential.',
	documentation: 'https://developers.facebook.com/docs/graph-api/webhooks/getting-started',
	repeats:
		'Meta repeats a delivery after any answer other than 2xx, for 36 hours and longer, less and less often. Repeats may come together with new events.',
	each: metaEvents,
	variants: [
		{
			signature: {
				signature: {
					headers: ['x-hub-signature-256'],
					form: 'whole',
					named: { sha256: { algorithm: 'sha256', encoding: 'hex', prefix: 'sha256=' } },
				},
				signed: '{body}',
				keys: textKeys('sha256'),
			},
			event: {
				name: ['body:object'],
				id: [],
				idIsSigned: true,
				time: [
					'body:entry.0.changes.0.value.messages.0.timestamp',
					'body:entry.0.changes.0.value.statuses.0.timestamp',
					'body:entry.0.changes.0.value.message_echoes.0.timestamp',
					'body:entry.0.changes.0.value.calls.0.timestamp',
					'body:entry.0.messaging.0.timestamp',
					'body:entry.0.standby.0.timestamp',
					'body:entry.0.time',
				],
				subject: [
					'body:entry.0.changes.0.value.messages.0.from',
					'body:entry.0.changes.0.value.statuses.0.recipient_id',
					'body:entry.0.changes.0.value.message_echoes.0.to',
					'body:entry.0.changes.0.value.calls.0.from',
					'body:entry.0.messaging.0.sender.id',
					'body:entry.0.standby.0.sender.id',
				],
				account: ['body:entry.0.changes.0.value.metadata.phone_number_id', 'body:entry.0.id'],
			},
		},
	],
};

/** Lists in a change of WhatsApp, and the field of their elements that says what each is. */
const LISTS = {
	messages: 'type',
	statuses: 'status',
	message_echoes: 'type',
	calls: 'event',
} as const satisfies Readonly<Record<string, string>>;

type ListName = keyof typeof LISTS;

const LIST_NAMES = Object.keys(LISTS) as ListName[];

/** In an entry of Messenger or Instagram: `standby` where another app answers the conversation. */
const CONVERSATIONS = ['messaging', 'standby'] as const;

/** What every element of a conversation has, beside what happened. */
const COMMON_FIELDS: readonly string[] = ['sender', 'recipient', 'timestamp'];

function metaEvents(body: unknown): readonly ListedEvent[] {
	const object = fieldOf(body, 'object');
	if (!isObject(body) || !isText(object)) return [];
	const product = object === 'whatsapp_business_account' ? 'whatsapp' : object;
	return listOf(body.entry).flatMap((entry): readonly ListedEvent[] => {
		if (!isObject(entry)) return [];
		const alone = (part: JsonObject) => ({ ...body, entry: [{ ...headOf(entry), ...part }] });
		const found = [
			...listOf(entry.changes).flatMap((change) => changeEvents(product, change, alone)),
			...CONVERSATIONS.flatMap((list) =>
				listOf(entry[list]).map((element) => ({
					...conversationEvent(product, list, element),
					body: alone({ [list]: [element] }),
				})),
			),
		];
		return found.length > 0 ? found : [{ name: product, body: alone(entry) }];
	});
}

/** All that an entry says beside its lists of events. */
function headOf({ changes, messaging, standby, ...head }: JsonObject): JsonObject {
	void [changes, messaging, standby];
	return head;
}

function changeEvents(
	product: string,
	change: unknown,
	alone: (part: JsonObject) => unknown,
): readonly ListedEvent[] {
	const whole = { name: [product, ...namesOf(change, 'field')].join('.') };
	const value = fieldOf(change, 'value');
	if (!isObject(change) || !isObject(value))
		return [{ ...whole, body: alone({ changes: [change] }) }];
	const found = LIST_NAMES.flatMap((list) =>
		listOf(value[list]).map((element): ListedEvent => {
			const kept = Object.entries(value).filter(([name]) => !isListName(name));
			const only = {
				...Object.fromEntries(kept),
				...contactsOf(value, element),
				[list]: [element],
			};
			return {
				...listedNames(product, list, element),
				body: alone({ changes: [{ ...change, value: only }] }),
			};
		}),
	);
	return found.length > 0 ? found : [{ ...whole, body: alone({ changes: [change] }) }];
}

function isListName(name: string): boolean {
	return Object.hasOwn(LISTS, name);
}

/** Only whom the message is from, where it says so. */
function contactsOf(value: JsonObject, element: unknown): JsonObject {
	const from = fieldOf(element, 'from');
	const own = listOf(value.contacts).filter((contact) => fieldOf(contact, 'wa_id') === from);
	return from === undefined || own.length === 0 ? {} : { contacts: own };
}

/** `whatsapp.statuses.read`, and an id that the other statuses of the same message do not have. */
function listedNames(product: string, list: ListName, element: unknown) {
	const id = fieldOf(element, 'id');
	const [kind] = namesOf(element, LISTS[list]);
	const isStep = list === 'statuses' || list === 'calls';
	return {
		name: [product, list, ...(kind === undefined ? [] : [kind])].join('.'),
		...(isText(id) ? { id: isStep && kind !== undefined ? `${id}:${kind}` : id } : {}),
	};
}

function namesOf(value: unknown, field: string): readonly string[] {
	const name = fieldOf(value, field);
	return isText(name) ? [name] : [];
}

/** `page.message`, `instagram.postback`, `page.standby.message`. */
function conversationEvent(
	product: string,
	list: (typeof CONVERSATIONS)[number],
	element: unknown,
) {
	const kind = isObject(element)
		? Object.keys(element).find((name) => !COMMON_FIELDS.includes(name))
		: undefined;
	const isEcho = fieldOf(element, 'message', 'is_echo') === true;
	const id = fieldOf(element, 'message', 'mid') ?? fieldOf(element, 'postback', 'mid');
	const name = [
		product,
		...(list === 'standby' ? [list] : []),
		isEcho ? 'message_echo' : (kind ?? list),
	];
	return { name: name.join('.'), ...(isText(id) ? { id } : {}) };
}
