import { evolutionAccount } from '../../../EuAtendo/api';
import { subscriptionFor } from '../../../EuAtendo/scope';
import { fetchInstances } from '../../../EuAtendo/instances';
import { instanceWebhook } from '../../../EuAtendo/registration';
import { assertEvolutionCredential } from '../../../EuAtendo/settings';
import type { ChosenEvents, WebhookGateway } from '../gateway';

/** One webhook for each instance. */
export const euAtendoGateway: WebhookGateway = {
	...evolutionAccount,
	id: 'euAtendo',
	advice: { 400: "Check 'Webhook URL' and the selected events." },
	async list(context) {
		const instances = await fetchInstances(context);
		return instances.map(({ name, status }) => ({
			id: name,
			names: [name],
			label: status === null ? name : `${name} (${status})`,
		}));
	},
	api: (context, instance, events) => instanceWebhook(context, instance, wanted(events)),
	assertCredential: assertEvolutionCredential,
};

/** Its settings write `MESSAGES_UPSERT` where its bodies write `messages.upsert`. */
function wanted(events: ChosenEvents | undefined): string[] {
	if (events === undefined || events.names.length === 0) {
		return subscriptionFor(events?.types ?? []);
	}
	return events.names.map((name) => name.replace(/[.-]/g, '_').toUpperCase());
}
