import { wahaAccount } from '../../../Baileys/gateways/waha/api';
import { wahaEventsFor, type WahaEvents } from '../../../Baileys/gateways/waha/chosenEvents';
import { fetchWahaSessions } from '../../../Baileys/gateways/waha/sessions';
import { sessionWebhooks } from '../../../Baileys/gateways/waha/registration';
import type { ChosenEvents, WebhookGateway } from '../gateway';

/** Several webhooks beside each other for each session. */
export const wahaGateway: WebhookGateway = {
	...wahaAccount,
	id: 'waha',
	advice: {
		404: 'Choose sessions that exist, by their name, or create them in WAHA first.',
		422: "Check 'Webhook URL', the events and the version of WAHA.",
	},
	async list(context) {
		const sessions = await fetchWahaSessions(context);
		return sessions.map(({ name, status }) => ({
			id: name,
			names: [name],
			label: status ? `${name} (${status})` : name,
		}));
	},
	api: (context, session, events) => sessionWebhooks(context, session, wanted(events)),
};

function wanted(events: ChosenEvents | undefined): WahaEvents {
	const names = events?.names ?? [];
	return names.length > 0 ? { required: names, optional: [] } : wahaEventsFor(events?.types ?? []);
}
