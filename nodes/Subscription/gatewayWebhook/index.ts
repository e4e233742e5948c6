import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { gatewayOf } from './gateways';

export { executeGatewayWebhook } from './execute';
export { gatewayWebhookProperties } from './properties';

/** The choices of 'Sessions' or 'Instances' at the gateway that the node chose. */
export async function getGatewayTargets(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	const gateway = gatewayOf(this.getCurrentNodeParameter('gateway'));
	const targets = (await gateway?.list(this)) ?? [];
	return targets.map(({ id, label }) => ({ name: label, value: id }));
}
