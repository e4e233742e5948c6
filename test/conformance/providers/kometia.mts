import { startStore, type Store } from '../../../examples/kometia-store/store.mts';
import { KometiaTrigger } from '../../../nodes/Kometia/KometiaTrigger.node.ts';
import {
	CURRENT_SECRET,
	WRONG_SECRET,
	type ConformanceProvider,
	type Forgeries,
	type Refused,
	type Scene,
	type Sent,
} from '../provider.mts';

export const KOMETIA_KEY = 'sk_local_key-that-must-not-be-shown';

const withSecret = (value: object, secret = CURRENT_SECRET): Sent => ({
	body: JSON.stringify(value),
	query: `?secret=${encodeURIComponent(secret)}`,
});

/** A local store with the trigger set up for it, and a secret in the webhook's URL. */
export function kometiaScene(store: Store): Scene {
	const event = (id: string, type = 'order.created') =>
		store.createEvent({ id, type, data: { id: `order_${id}`, total: '1250.00' } });
	return {
		node: KometiaTrigger,
		// Tests of other things send more than 60 deliveries a minute.
		parameters: { options: { lookupsPerMinute: 6000 } },
		selectingAll: '*',
		selectingOther: 'product.*, order.paid',
		credential: {
			type: 'realtimeWebhooksKometiaApi',
			data: { baseUrl: store.baseUrl, apiKey: KOMETIA_KEY, urlSecret: CURRENT_SECRET },
			rotation: {
				notApplicable: 'what verifies is an API key, which n8n sends and does not check',
			},
			blank: { apiKey: ' ' },
			secretField: 'API Key',
			secrets: [KOMETIA_KEY],
		},
		verification: 'api-lookup',
		type: 'kometia.order.created',
		genuine: (id, { secret } = {}) => withSecret(event(id), secret),
		unknown: (id) => ({
			sent: withSecret(event(id, 'something.never-seen')),
			type: 'kometia.something.never-seen',
		}),
		unreadable: () => withSecret([{ type: 'order.created', data: { total: '1250.00' } }]),
		forgeries: (id) => forgeries(id, event(id)),
		interrupt: () => {
			store.faults.answerWith(500);
			return () => store.faults.mend();
		},
		registration: { notApplicable: 'Kometia has no API for webhooks, only its panel' },
		close: async () => await store.close(),
	};
}

function forgeries(id: string, event: object): Forgeries {
	const notSigned = { notApplicable: 'Kometia signs nothing, so no time either' };
	const refused = (query: string, error: string): Refused => ({
		sent: { body: JSON.stringify(event), query },
		status: 401,
		error,
	});
	return {
		tamperedBody: {
			sent: withSecret({ ...event, data: { total: '9999999.00' } }),
			smuggled: '9999999.00',
		},
		wrongSecret: {
			sent: withSecret({ ...event, id: `forged_${id}` }),
			status: 401,
			error: 'event_not_found',
		},
		missingHeader: refused('', 'signature_missing'),
		malformedHeaders: {
			'an empty secret': refused('?secret=', 'signature_missing'),
			'another secret': refused(`?secret=${WRONG_SECRET}`, 'signature_mismatch'),
			'part of the secret': refused(`?secret=${CURRENT_SECRET.slice(1)}`, 'signature_mismatch'),
			'an object': refused(`?secret[a]=${CURRENT_SECRET}`, 'signature_missing'),
		},
		staleTime: notSigned,
		futureTime: notSigned,
	};
}

/** Kometia: each event is looked up at the store's API. */
export const kometia: ConformanceProvider = {
	name: 'Kometia',
	open: async () => kometiaScene(await startStore({ port: 0, apiKey: KOMETIA_KEY })),
};
