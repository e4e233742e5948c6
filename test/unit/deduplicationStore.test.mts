import { NodeHelpers, type INodeParameters, type INodeType } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { BaileysTrigger } from '../../nodes/Baileys/BaileysTrigger.node.ts';
import { EuAtendoTrigger } from '../../nodes/EuAtendo/EuAtendoTrigger.node.ts';
import { EventHistory } from '../../nodes/History/EventHistory.node.ts';
import { KometiaTrigger } from '../../nodes/Kometia/KometiaTrigger.node.ts';
import { SignedWebhookTrigger } from '../../nodes/SignedWebhook/SignedWebhookTrigger.node.ts';
import { YapeTrigger } from '../../nodes/Yape/YapeTrigger.node.ts';
import {
	namesAnotherRedis,
	REDIS_CREDENTIAL,
	REDIS_CREDENTIAL_LABEL,
	selectedRedis,
} from '../../nodes/shared/cluster/deduplicationStore.ts';
import { RealtimeRedisApi } from '../../credentials/RealtimeRedisApi.credentials.ts';

const ANOTHER = { deduplicationStore: 'anotherRedis' };

/** By n8n's own rules, as its editor, its checks of credentials and `getCredentials` have them. */
function asksForRedis({ description }: INodeType, parameters: INodeParameters): boolean {
	const found = (description.credentials ?? []).filter(({ name }) => name === REDIS_CREDENTIAL);
	const node = { typeVersion: [description.version].flat().at(-1) ?? 1 };
	return found.some((each) => NodeHelpers.displayParameter(parameters, each, node, description));
}

const triggers: INodeType[] = [
	new BaileysTrigger(),
	new EuAtendoTrigger(),
	new KometiaTrigger(),
	new SignedWebhookTrigger(),
	new YapeTrigger(),
];

describe('the option Deduplication Store', () => {
	test.each(triggers.map((type) => [type.description.displayName, type] as const))(
		'%s asks for the credential where another Redis is chosen, and only there',
		(_name, type) => {
			const chosen = (options: INodeParameters) => asksForRedis(type, { options });
			expect(chosen({})).toBe(false);
			expect(chosen({ deduplicationStore: 'n8nRedis' })).toBe(false);
			expect(chosen(ANOTHER)).toBe(true);
			expect(asksForRedis(type, {})).toBe(false);
			const collections = type.description.properties.filter(({ name }) => name === 'options');
			expect(collections.length).toBeGreaterThan(0);
			for (const { options } of collections) {
				expect(options).toContainEqual(
					expect.objectContaining({ name: 'deduplicationStore', default: 'n8nRedis' }),
				);
			}
		},
	);

	test('Event History asks for it for Recover only', () => {
		const history = new EventHistory();
		const asks = (operation: string, recoverOptions: INodeParameters) =>
			asksForRedis(history, { operation, recoverOptions });
		expect(asks('recover', ANOTHER)).toBe(true);
		expect(asks('recover', {})).toBe(false);
		expect(asks('replay', ANOTHER)).toBe(false);
	});

	test('is read from a saved node, whatever is in there', () => {
		expect(namesAnotherRedis({ parameters: { options: ANOTHER } })).toBe(true);
		expect(namesAnotherRedis({ parameters: { recoverOptions: ANOTHER } }, 'recoverOptions')).toBe(
			true,
		);
		for (const parameters of [undefined, null, {}, { options: null }, { options: 'x' }]) {
			expect(namesAnotherRedis({ parameters })).toBe(false);
		}
		const selected = { [REDIS_CREDENTIAL]: { id: 'a', name: 'Claims' } };
		expect(selectedRedis(selected)).toEqual({ id: 'a', name: 'Claims' });
		for (const credentials of [undefined, null, {}, { other: { id: 'a' } }]) {
			expect(selectedRedis(credentials)).toBeUndefined();
		}
	});

	test('calls the credential as n8n does', () => {
		const { name, displayName } = new RealtimeRedisApi();
		expect([name, displayName]).toEqual([REDIS_CREDENTIAL, REDIS_CREDENTIAL_LABEL]);
	});
});
