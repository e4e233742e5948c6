import { receivedMessage } from '../receivedMessage';
import type { SocketIoListening } from '../socketIo/socketIoSource';

/**
 * Presents events as `frappe.<name>` of `/frappe/<site>`, with the data `{event, site, payload}`.
 * Where the payload names a document, the subject is `<doctype>/<name>`.
 *
 * @param eventIdField see `ReceivedEvent`
 */
export function readFrappeEvent(site: string, eventIdField: string): SocketIoListening['read'] {
	return ({ name, args }, identity) => {
		const payload = args[0] ?? null;
		return receivedMessage({
			...identity,
			source: `/frappe/${site}`,
			type: `frappe.${name}`,
			subject: documentOf(payload),
			data: { event: name, site, payload },
			raw: { event: name, args },
			payload,
			eventIdField,
		});
	};
}

function documentOf(payload: unknown): string | undefined {
	if (typeof payload !== 'object' || payload === null) return undefined;
	const { doctype, name, docname } = payload as Partial<Record<string, unknown>>;
	const document = typeof name === 'string' ? name : docname;
	if (typeof doctype !== 'string' || typeof document !== 'string') return undefined;
	return doctype === '' || document === '' ? undefined : `${doctype}/${document}`;
}
