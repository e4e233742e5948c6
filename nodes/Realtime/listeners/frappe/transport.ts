import { FrappeRefusals } from '../../../../lib/realtime/frappe/failure';
import {
	frappeSite,
	readSubscriptions,
	subscribe,
	frappeUserFailure,
	readFrappeEvent,
} from '../../../../lib/realtime/frappe/listen';
import { SocketIoSource } from '../../../../lib/realtime/socketIo/source';
import {
	connectionTimeoutOption,
	eventIdFieldOption,
	readConnectionLimit,
	readEventIdField,
	readListenOptions,
} from '../listenOptions';
import type { ListenTransport } from '../listenTransport';
import { readSocketIoCredential } from '../socketIo/credential';
import { inWords } from '../inWords';
import { frappeProperties, originOption } from './parameters';

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
		const { site, settings } = inWords(context, () =>
			frappeSite(credential, String(parameter('site') ?? ''), String(options.origin ?? '')),
		);
		const subscriptions = inWords(context, () =>
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
