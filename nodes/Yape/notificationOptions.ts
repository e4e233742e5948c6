import type { IHookFunctions, INodeProperties, IWebhookFunctions } from 'n8n-workflow';
import { namesIn } from '../../lib/event/lists';
import type { FieldMapping } from '../../lib/yape/notificationFields';
import { assertGivesSomething } from '../shared/givesNothing';

/** What the user says about the notifications' shape and origin. */
export interface NotificationOptions {
	readonly mapping: FieldMapping;
	/** In lower case. */
	readonly furtherWallets: readonly string[];
	readonly acceptUnknownApp: boolean;
}

const FIELD_OPTIONS = {
	deviceField: 'device',
	keyField: 'key',
	packageField: 'package',
	textField: 'text',
	timeField: 'time',
	titleField: 'title',
} as const satisfies Readonly<Record<string, keyof FieldMapping>>;

const NONE: NotificationOptions = { mapping: {}, furtherWallets: [], acceptUnknownApp: false };

/**
 * Reads them; most nodes have none, and then nothing is evaluated.
 *
 * @throws {Error} that names the option whose expression gives nothing: what is a payment depends on it
 */
export function readNotificationOptions(
	context: IHookFunctions | IWebhookFunctions,
): NotificationOptions {
	const stored = new Map<string, unknown>(
		Object.entries(Object(context.getNode().parameters.options)),
	);
	if (!notificationOptionProperties.some(({ name }) => stored.has(name))) return NONE;
	const values = new Map<string, unknown>(
		Object.entries(Object(context.getNodeParameter('options', {}))),
	);
	for (const { name, displayName } of notificationOptionProperties) {
		assertGivesSomething(stored.get(name), values.get(name), displayName);
	}
	const text = (name: string) => String(values.get(name) ?? '').trim();
	return {
		mapping: Object.fromEntries(
			Object.entries(FIELD_OPTIONS)
				.map(([option, field]) => [field, text(option)])
				.filter(([, path]) => path !== ''),
		),
		acceptUnknownApp: values.get('acceptUnknownApp') === true,
		furtherWallets: namesIn(text('walletApps').toLowerCase()),
	};
}

const fieldOption = (
	displayName: string,
	name: keyof typeof FIELD_OPTIONS,
	placeholder: string,
	description: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'string',
	default: '',
	placeholder: `e.g. ${placeholder}`,
	description,
});

/** Options for forwarders whose fields are not found by themselves. */
export const notificationOptionProperties: readonly INodeProperties[] = [
	{
		displayName: 'Accept Unknown App',
		name: 'acceptUnknownApp',
		type: 'boolean',
		default: false,
		description:
			'Whether to accept a text as a payment even if the body does not name the app. Danger: anyone who sends an SMS or a chat message to the phone can then fake a payment. It is safer to include the app name in the body.',
	},
	fieldOption(
		'Device Field',
		'deviceField',
		'phone.name',
		'The body field that identifies the phone. Use dots for nested fields.',
	),
	fieldOption(
		'Key Field',
		'keyField',
		'sbn.key',
		"The body field with Android's notification key. Notifications with different keys are never treated as duplicates.",
	),
	fieldOption(
		'Package Field',
		'packageField',
		'app.package',
		'The body field with the package or name of the app that showed the notification',
	),
	fieldOption('Text Field', 'textField', 'notification.text', 'The body field with the text'),
	fieldOption(
		'Time Field',
		'timeField',
		'notification.postTime',
		'The body field with the time when the phone showed the notification: seconds or milliseconds since 1970, or ISO 8601. It must stay the same when the notification is sent again.',
	),
	fieldOption('Title Field', 'titleField', 'notification.title', 'The body field with the title'),
	{
		displayName: 'Wallet Apps',
		name: 'walletApps',
		type: 'string',
		default: '',
		placeholder: 'e.g. com.google.android.gm',
		description:
			"The packages or names of other apps or senders whose notifications can be payments, separated by commas. Yape and the banks with Plin are already known. Don't add chat or mail apps: anyone who can make such an app show a text can fake a payment.",
	},
];
