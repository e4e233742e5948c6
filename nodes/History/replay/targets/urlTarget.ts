import type { IExecuteFunctions } from 'n8n-workflow';
import { deliverAll } from '../../../../lib/deliver/run';
import { deliveryBody } from '../../../../lib/deliver/deliverable';
import type { DeliverOptions } from '../../../../lib/deliver/options';
import { parseSchedule } from '../../../../lib/deliver/schedule';
import { webhookId } from '../../../../lib/standardWebhooks/sign';
import type { StoredEvent } from '../../../../lib/history/storedEvent';
import type { N8nApi } from '../../../../lib/history/store/api';
import { readEarlierOutputs } from '../../../../lib/replay/earlierReplays';
import {
	replayedEnvelope,
	type Refusal,
	type Ran,
	type ReplayTarget,
	type ReplayWay,
} from '../../../../lib/replay/replayTarget';
import type { Subscriber } from '../../../../lib/subscriber/subscriber';

/** Short faults of an address are tried again for so long. */
const BUDGET_MS = 5_000;

/** An address: gets each event as a CloudEvent, signed as Standard Webhooks say. */
export class UrlTarget implements ReplayTarget {
	private readonly options: DeliverOptions;

	/** @param subscriber the address and the secrets that sign */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly api: N8nApi,
		private readonly subscriber: Subscriber,
		options: Pick<DeliverOptions, 'dispatcher' | 'guard' | 'limitMs' | 'signal'>,
	) {
		// A replay that fails is replayed again by whoever asked for it.
		this.options = { ...options, schedule: parseSchedule(''), budgetMs: BUDGET_MS };
	}

	async wayOf(stored: StoredEvent): Promise<ReplayWay | Refusal> {
		if (stored.files !== undefined) {
			return {
				refused: 'has_file',
				message:
					"The event came with a file, which a CloudEvent in JSON does not hold: the address would get the event without it. Replay it to a workflow, such as with the target 'This Workflow', and send the file from there.",
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
		const event = replayedEnvelope(stored, new Date());
		const { subscriber, options } = this;
		const delivery = {
			webhookId: webhookId(event.source, event.id, subscriber.id),
			subscriber,
			body: deliveryBody('cloudEvent', { ...event }, event),
			earlierAttempts: 0,
		};
		const [result] = await deliverAll([delivery], options);
		if (result?.outcome === 'delivered') return { outcome: 'replayed' };
		const error = result?.message ?? 'The event was not delivered';
		return { outcome: 'failed', reason: 'not_delivered', error };
	}
}
