import type { INodeParameters } from 'n8n-workflow';
import { startStore, type Store } from '../../examples/kometia-store/store.mts';
import { CoreTrigger, type CoreTriggerOptions } from '../conformance/coreTrigger.mts';
import type { Scene } from '../conformance/provider.mts';
import { KOMETIA_KEY, kometiaScene } from '../conformance/providers/kometia.mts';

/** A Kometia store, and triggers in n8n-core that ask it. */
export class KometiaTriggers {
	private readonly opened: CoreTrigger[] = [];

	private constructor(
		readonly store: Store,
		readonly scene: Scene,
	) {}

	static async open(): Promise<KometiaTriggers> {
		const store = await startStore({ port: 0, apiKey: KOMETIA_KEY });
		return new KometiaTriggers(store, kometiaScene(store));
	}

	/** A trigger without a secret in its URL. */
	async start(
		options: INodeParameters = {},
		credential: Record<string, string> = {},
		rest: CoreTriggerOptions = {},
	): Promise<CoreTrigger> {
		const { baseUrl } = this.store;
		const trigger = await CoreTrigger.start(this.scene, {
			parameters: { options },
			credential: { baseUrl, apiKey: KOMETIA_KEY, urlSecret: '', ...credential },
			...rest,
		});
		this.opened.push(trigger);
		return trigger;
	}

	/** An event that the store knows. */
	order(id = 'evt_1') {
		return this.store.createEvent({
			id,
			type: 'order.created',
			data: { id: 77, total: '1250.00' },
		});
	}

	async close(): Promise<void> {
		await Promise.all(this.opened.map(async (trigger) => await trigger.close()));
		await this.store.close();
	}
}

/** A delivery as Kometia sends it: unsigned. */
export const sent = (body: unknown, query = '') => ({ body: JSON.stringify(body), query });
