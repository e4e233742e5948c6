import type { IWebhookFunctions } from 'n8n-workflow';
import type { ProviderEvent } from '../../lib/event/envelope.ts';
import type { Answer, Delivery, Verdict } from '../../lib/receive/provider.ts';
import { signedWebhookTrigger } from '../../nodes/SignedWebhook/provider.ts';
import type { Sent } from '../conformance/provider.mts';

/** What a scheme is used with. */
export interface SchemeUse {
	readonly secret: string;
	readonly previousSecret?: string;
	/** Of the node, beside the scheme. */
	readonly parameters?: Readonly<Record<string, unknown>>;
}

/** The provider of Signed Webhook Trigger for one scheme, without n8n around it. */
export class SignedScheme {
	readonly #provider;
	readonly #settings;

	constructor(scheme: string, { secret, previousSecret = '', parameters = {} }: SchemeUse) {
		const all = new Map<string, unknown>(Object.entries({ ...parameters, scheme }));
		// All that it asks of its context.
		const context = {
			getNodeParameter: (name: string, fallback: unknown) => all.get(name) ?? fallback,
			getNode: () => ({ parameters: Object.fromEntries(all) }),
		};
		this.#provider = signedWebhookTrigger.provider(context as unknown as IWebhookFunctions);
		const settings = signedWebhookTrigger.settings({ secret, previousSecret });
		if (settings === undefined) throw new Error('a scheme needs a secret');
		this.#settings = settings;
	}

	async verdict(sent: Sent, receivedAt = new Date()): Promise<Verdict> {
		return await this.#provider.verify(deliveryOf(sent, receivedAt), this.#settings);
	}

	/** Whether it is genuine, or why not. */
	async outcome(sent: Sent, receivedAt?: Date): Promise<string> {
		const verdict = await this.verdict(sent, receivedAt);
		return verdict.result === 'refused' ? verdict.reason : verdict.result;
	}

	/** The events of a genuine delivery, and what it is recognised by. */
	async identified(sent: Sent, receivedAt = new Date()) {
		const delivery = deliveryOf(sent, receivedAt);
		const verdict = await this.#provider.verify(delivery, this.#settings);
		if (verdict.result !== 'verified') throw new Error(`not genuine: ${JSON.stringify(verdict)}`);
		const checked = { ...verdict, settings: this.#settings };
		return this.#provider.identify(this.#provider.parse?.(delivery), delivery, checked);
	}

	async events(sent: Sent, receivedAt?: Date): Promise<readonly ProviderEvent[]> {
		const identified = await this.identified(sent, receivedAt);
		return 'events' in identified ? identified.events : [identified];
	}

	/** The answer to a genuine delivery that is a question. */
	async challenge(sent: Sent): Promise<Answer | undefined> {
		const delivery = deliveryOf(sent);
		const verdict = await this.#provider.verify(delivery, this.#settings);
		if (verdict.result !== 'verified') throw new Error(`not genuine: ${JSON.stringify(verdict)}`);
		const checked = { ...verdict, settings: this.#settings };
		return this.#provider.challenge?.(this.#provider.parse?.(delivery), delivery, checked);
	}

	/** What is told of a delivery, where it is refused. */
	async explainRefusal(sent: Sent): Promise<string | undefined> {
		const delivery = deliveryOf(sent);
		const verdict = await this.#provider.verify(delivery, this.#settings);
		if (verdict.result !== 'refused') throw new Error(`not refused: ${JSON.stringify(verdict)}`);
		return this.#provider.explainRefusal?.(delivery, this.#settings, verdict.reason);
	}
}

/** A delivery as n8n hands it over. */
export function deliveryOf(
	{ body, headers = {}, query = '' }: Sent,
	receivedAt = new Date(),
): Delivery {
	const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
	return {
		rawBody: Buffer.from(body),
		headers: { 'content-type': 'application/json', ...Object.fromEntries(lower) },
		query: Object.fromEntries(new URLSearchParams(query)),
		remoteAddress: '127.0.0.1',
		receivedAt,
	};
}
