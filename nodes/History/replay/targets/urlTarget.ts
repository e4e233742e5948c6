import { type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { deliveryBody } from '../../../../lib/deliver/deliverable';
import type { DeliverOptions } from '../../../../lib/deliver/runOptions';
import { deliverAll } from '../../../../lib/deliver/run';
import { parseSchedule } from '../../../../lib/deliver/schedule';
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
import { InvalidSigningKeyError, readAsymmetricKey } from '../../../../lib/standardWebhooks/secret';
import { webhookId } from '../../../../lib/standardWebhooks/sign';
import { InvalidSecretError, standardWebhooksKeys } from '../../../../lib/standardWebhooks/verify';
import type { Subscriber } from '../../../../lib/subscriber/subscriber';
import { withDispatcher } from '../../../Notifier/sharedDispatcher';
import { signingCredential, type SigningCredential } from '../../../Notifier/signingCredential';
import type { ReplaySettings } from '../settings';

/** Short faults of an address are tried again for so long. */
const BUDGET_MS = 5_000;

/** An address: gets each event as a CloudEvent, signed as Standard Webhooks say. */
class UrlTarget implements ReplayTarget {
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

/** A previous secret signs as long as it stands in the credential. */
const WITHOUT_END = new Date(8.64e15);

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
			limitMs: timeoutMs,
			...(privateKey === undefined ? {} : { asymmetricKey: readAsymmetricKey(privateKey) }),
			...(signal === undefined ? {} : { signal }),
		};
		return await use(new UrlTarget(context, api, receiver(url, credential), options));
	});
}

function receiver(url: string, { secret, previousSecret }: SigningCredential): Subscriber {
	const previous =
		previousSecret === undefined
			? {}
			: { previousSecret: { secret: previousSecret, until: WITHOUT_END } };
	return {
		id: url,
		url,
		events: ['*'],
		active: true,
		headers: {},
		createdAt: new Date(0),
		...(secret === undefined ? {} : { secret }),
		...previous,
	};
}

function checked(context: IExecuteFunctions, credential: SigningCredential): SigningCredential {
	const { secret, previousSecret, privateKey } = credential;
	const wrong =
		secret === undefined && privateKey === undefined
			? `Nothing can sign the events: 'Secret' in ${CREDENTIAL} is empty`
			: (whyNot('Secret', secret, standardWebhooksKeys) ??
				whyNot('Previous Secret', previousSecret, standardWebhooksKeys) ??
				whyNot('Private Key', privateKey, readAsymmetricKey));
	if (wrong === undefined) return credential;
	throw new NodeOperationError(context.getNode(), wrong, {
		description: `Select ${CREDENTIAL} with the secret that the receiver knows.`,
	});
}

function whyNot(
	label: string,
	text: string | undefined,
	read: (text: string) => unknown,
): string | undefined {
	if (text === undefined) return undefined;
	try {
		read(text);
		return undefined;
	} catch (error) {
		const known = error instanceof InvalidSecretError || error instanceof InvalidSigningKeyError;
		return `'${label}' in ${CREDENTIAL} ${known ? error.message : 'cannot be read'}`;
	}
}
