import type { INodeProperties } from 'n8n-workflow';
import { FrappeRefusals } from '../../../lib/realtime/frappe/failure';
import {
	frappeSite,
	readSubscriptions,
	subscribe,
	frappeUserFailure,
	readFrappeEvent,
} from '../../../lib/realtime/frappe/listen';
import { SocketIoSource } from '../../../lib/realtime/socketIo/source';
import { readOrTell } from '../listen/runListener';
import {
	connectionTimeoutOption,
	eventIdFieldOption,
	readConnectionLimit,
	readEventIdField,
	readListenOptions,
} from '../listen/listenOptions';
import type { ListenTransport } from '../listen/listenTransport';
import { readSocketIoCredential } from '../socketIo/listening';

const displayOptions = { show: { transport: ['frappe'] } };

/** What is listened to at a Frappe site. */
const frappeProperties: INodeProperties[] = [
	{
		displayName: 'Site',
		name: 'site',
		type: 'string',
		default: '',
		placeholder: 'e.g. erp.example.com',
		description:
			'Name of the site as Frappe knows it. Leave it empty if it is the host name of the URL in the credential.',
		displayOptions,
	},
	{
		displayName: 'Doctypes',
		name: 'doctypes',
		type: 'string',
		default: '',
		placeholder: 'e.g. Sales Order, Customer',
		description:
			"Doctypes whose changes are listened to (event list_update), separated by commas. Frappe ignores without a word what the user may not read. What it sends to everyone, or to the credential's user, arrives without this.",
		displayOptions,
	},
	{
		displayName: 'Documents',
		name: 'documents',
		type: 'string',
		default: '',
		placeholder: 'e.g. Sales Order/SO-0001',
		description:
			'Single documents whose changes are listened to (events doc_update and docinfo_update), as doctype/name, separated by commas; for names with commas, an expression that gives a list',
		displayOptions,
	},
	{
		displayName: 'Tasks',
		name: 'tasks',
		type: 'string',
		default: '',
		placeholder: 'e.g. 0b1f6a2c',
		description: 'IDs of background tasks whose progress is listened to, separated by commas',
		displayOptions,
	},
];

/** How the site is reached. */
const originOption: INodeProperties = {
	displayName: 'Origin',
	name: 'origin',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://erp.example.com',
	description:
		"Address that Frappe takes the connection to come from, and at which it asks who signs in; the URL of the credential if empty. It must have the URL's host name.",
};

/** Listens to the realtime service of a Frappe site as one of its users. */
export const frappeListening: ListenTransport = {
	id: 'frappe',
	displayName: 'Frappe',
	description: 'Listens to the realtime events of a Frappe or ERPNext site',
	properties: frappeProperties,
	options: [connectionTimeoutOption, eventIdFieldOption, originOption],
	async open(context, egress) {
		const credential = await readSocketIoCredential(context);
		const parameter = (name: string): unknown => context.getNodeParameter(name, '');
		const options = readListenOptions(context);
		const { site, settings } = readOrTell(context, () =>
			frappeSite(credential, String(parameter('site') ?? ''), String(options.origin ?? '')),
		);
		const subscriptions = readOrTell(context, () =>
			readSubscriptions(parameter('doctypes'), parameter('documents'), parameter('tasks')),
		);
		const refusals = new FrappeRefusals();
		return new SocketIoSource({
			name: `Frappe site ${site} at ${new URL(settings.origin).host}`,
			settings,
			namespace: `/${site}`,
			limitMs: readConnectionLimit(context, options),
			egress,
			read: readFrappeEvent(site, readEventIdField(options)),
			greet: (emit) => {
				refusals.letIn();
				subscribe(subscriptions, emit);
			},
			explain: refusals.explain,
			inspect: async (signal) => await frappeUserFailure({ settings, egress, signal }),
		});
	},
};
