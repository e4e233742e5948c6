import { type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { readDeliverable } from '../../../../lib/deliver/deliverable';
import type { DeliverOptions } from '../../../../lib/deliver/delivery';
import { deliverEvent } from '../../../../lib/deliver/notify';
import type { N8nApi } from '../../../../lib/history/store/n8nApi';
import type { StoredEvent } from '../../../../lib/history/storedEvent';
import { readEarlierOutputs } from '../../../../lib/replay/earlierReplays';
import {
	replayedEnvelope,
	type Refusal,
	type Ran,
	type ReplayTarget,
	type ReplayWay,
} from '../../../../lib/replay/replayTarget';
import { readAsymmetricKey } from '../../../../lib/standardWebhooks/secret';
import { type SigningSecrets, whyNotSigning } from '../../../../lib/standardWebhooks/sign';
import { type Subscriber, withSharedSecrets } from '../../../../lib/subscriber/subscriber';
import { withDispatcher } from '../../../Notifier/sharedDispatcher';
import { FIELD_LABELS, signingCredential } from '../../../Notifier/signingCredential';
import type { ReplaySettings } from '../settings';

/** Short faults of an address are tried again for so long. */
const BUDGET_MS = 5_000;

/** An address: gets each event as a CloudEvent, signed as Standard Webhooks say. */
class UrlTarget implements ReplayTarget {
	/** @param subscriber the address and the secrets that sign */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly api: N8nApi,
		private readonly subscriber: Subscriber,
		private readonly options: Omit<DeliverOptions, 'schedule'>,
	) {}

	async wayOf(stored: StoredEvent): Promise<ReplayWay | Refusal> {
		if (stored.files !== undefined) {
			return {
				refused: 'has_file',
				message:
					"The event came with a file. A CloudEvent in JSON can't contain it, so the URL would get the event without the file. Replay the event to a workflow, for example with the target 'This Workflow', and send the file from there.",
			};
		}
		const { url } = this.subscriber;
		const workflowId = this.context.getWorkflow().id ?? '';
		const node = { workflowId, nodeName: this.context.getNode().name, items: { url } };
		const { signal } = this.options;
		return {
			targetKey: `url:${url}`,
			url,
			earlier: async (since) => await readEarlierOutputs(this.api, node, since, signal),
			run: async () => await this.deliver(stored),
		};
	}

	private async deliver(stored: StoredEvent): Promise<Ran> {
		const now = new Date();
		const { id, source } = stored.event;
		const defaults = { id, source, time: stored.startedAt ?? now };
		const event = readDeliverable(replayedEnvelope(stored, now), defaults);
		const { result } = await deliverEvent(event, this.subscriber, this.options);
		if (result.outcome === 'delivered') return { outcome: 'replayed' };
		const error = result.message ?? 'The event was not delivered';
		return { outcome: 'failed', reason: 'not_delivered', error };
	}
}

const CREDENTIAL = "the credential 'Standard Webhooks API'";

/**
 * The address that events are replayed to, for as long as `use` runs.
 *
 * @throws {NodeOperationError} where the address may not be called, or nothing can sign
 */
export async function withUrlTarget<T>(
	context: IExecuteFunctions,
	api: N8nApi,
	settings: ReplaySettings,
	use: (target: UrlTarget) => Promise<T>,
): Promise<T> {
	const { url, timeoutMs, concurrency } = settings;
	const credential = checked(context, await signingCredential(context));
	const { privateKey } = credential;
	const signal = context.getExecutionCancelSignal();
	const network = { connectionsPerHost: concurrency, timeoutMs };
	return await withDispatcher(context, network, async ({ dispatcher, guard }) => {
		const refusal = await guard.check(url);
		// A name server that does not know a name now may know it in a moment.
		if (refusal !== undefined && refusal.reason !== 'name_not_found') {
			throw new NodeOperationError(context.getNode(), `'URL': ${refusal.message}`);
		}
		const options = {
			dispatcher,
			guard,
			budgetMs: BUDGET_MS,
			limitMs: timeoutMs,
			...(privateKey === undefined ? {} : { asymmetricKey: readAsymmetricKey(privateKey) }),
			...(signal === undefined ? {} : { signal }),
		};
		return await use(new UrlTarget(context, api, receiver(url, credential), options));
	});
}

function receiver(url: string, secrets: SigningSecrets): Subscriber {
	const createdAt = new Date(0);
	const subscriber = { id: url, url, events: ['*'], active: true, headers: {}, createdAt };
	return withSharedSecrets(subscriber, secrets);
}

function checked(context: IExecuteFunctions, credential: SigningSecrets): SigningSecrets {
	const message = whyNotSigned(credential);
	if (message === undefined) return credential;
	throw new NodeOperationError(context.getNode(), message, {
		description: `Select ${CREDENTIAL} with the secret that the receiver uses.`,
	});
}

function whyNotSigned(credential: SigningSecrets): string | undefined {
	if (credential.secret === undefined && credential.privateKey === undefined) {
		return `The events can't be signed: 'Secret' in ${CREDENTIAL} is empty`;
	}
	const wrong = whyNotSigning(credential);
	if (wrong === undefined) return undefined;
	return `'${FIELD_LABELS[wrong.field]}' in ${CREDENTIAL} ${wrong.why}`;
}
