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
			'The name of the site in Frappe. Leave empty to use the host name of the URL in the credential.',
		displayOptions,
	},
	{
		displayName: 'Doctypes',
		name: 'doctypes',
		type: 'string',
		default: '',
		placeholder: 'e.g. Sales Order, Customer',
		description:
			"The doctypes to listen to (event list_update), separated by commas. Frappe silently ignores doctypes that the user can't read. Events sent to everyone or to the user of the credential always arrive.",
		displayOptions,
	},
	{
		displayName: 'Documents',
		name: 'documents',
		type: 'string',
		default: '',
		placeholder: 'e.g. Sales Order/SO-0001',
		description:
			'The documents to listen to (events doc_update and docinfo_update), written as doctype/name and separated by commas. For names with commas, use an expression that returns a list.',
		displayOptions,
	},
	{
		displayName: 'Tasks',
		name: 'tasks',
		type: 'string',
		default: '',
		placeholder: 'e.g. 0b1f6a2c',
		description: 'The IDs of the background tasks whose progress to listen to, separated by commas',
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
		'The address that Frappe uses to check who connects. Leave empty to use the URL in the credential. It must have the same host name as the URL.',
};

/** Listens to the realtime service of a Frappe site as one of its users. */
export const frappeListening: ListenTransport = {
	id: 'frappe',
	displayName: 'Frappe',
	description: 'Listen to the realtime events of a Frappe or ERPNext site',
	action: 'On a Frappe or ERPNext event',
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
