import {
	NodeOperationError,
	type ICredentialDataDecryptedObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type ILoadOptionsFunctions,
	type INodePropertyOptions,
} from 'n8n-workflow';
import { assertNotByAgent } from '../../shared/asTool';
import { itemError } from '../../shared/failedItem';
import { wordsOf, runSteps, readSteps, type Step } from './carryOut';
import type { WebhookGateway } from './gateway';
import { gatewayOf } from './gateways';
import { webhookUrlHint } from './webhookOrder';

/**
 * Carries out the operation for each session of each item.
 *
 * @returns one item for each session, in order; with Continue on Fail, `{error: {message, gateway,
 * session}}` for one that failed
 */
export async function executeGatewayWebhook(
	context: IExecuteFunctions,
): Promise<INodeExecutionData[][]> {
	const gateway = gatewayOf(context.getNodeParameter('gateway', 0));
	if (gateway === undefined) {
		throw new NodeOperationError(context.getNode(), `'Gateway' is not supported by this node`);
	}
	assertNotByAgent(context, context.getNodeParameter('operation', 0), ['remove']);
	const secrets = await readSecrets(context, gateway);
	const steps = await readSteps(context, gateway, secrets);
	await hintAtUrls(context, gateway, steps);
	return [await runSteps(context, gateway, steps)];
}

/**
 * The secrets of the credential, the current one first.
 *
 * @throws {NodeOperationError} naming what the credential lacks
 */
async function readSecrets(
	context: IExecuteFunctions,
	gateway: WebhookGateway,
): Promise<readonly string[]> {
	const { name, label, keyField } = gateway.credential;
	const credential = await context.getCredentials<ICredentialDataDecryptedObject>(name);
	const { key, secrets } = gateway.read(credential);
	if (key.trim() === '') {
		const message = `'${keyField}' is empty in the credential '${label}'. ${gateway.label} needs it to read and change webhooks.`;
		throw itemError(context, { message }, 0);
	}
	try {
		if (context.getNodeParameter('operation', 0) === 'register') {
			gateway.assertCredential?.(credential);
		}
	} catch (error) {
		throw itemError(context, { message: wordsOf(error, gateway) }, 0);
	}
	return secrets;
}

/** A hint in the editor for each address that the gateway may not reach. */
async function hintAtUrls(
	context: IExecuteFunctions,
	gateway: WebhookGateway,
	steps: readonly Step[],
): Promise<void> {
	const { baseUrl } = await context.getCredentials<{ baseUrl: string }>(gateway.credential.name);
	const urls = new Set(
		steps.flatMap((step) =>
			'order' in step && step.order.operation === 'register' ? [step.order.url] : [],
		),
	);
	const hints = new Set([...urls].flatMap((url) => webhookUrlHint(url, baseUrl) ?? []));
	for (const message of hints) {
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
	}
}

export { gatewayWebhookProperties } from './properties';

/** The choices of 'Sessions' or 'Instances' at the gateway that the node chose. */
export async function getGatewayTargets(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	const gateway = gatewayOf(this.getCurrentNodeParameter('gateway'));
	const targets = (await gateway?.list(this)) ?? [];
	return targets.map(({ id, label }) => ({ name: label, value: id }));
}
