import { NodeOperationError, type IHookFunctions, type IWebhookFunctions } from 'n8n-workflow';
import type { ProviderEvent } from '../../lib/event/envelope';
import { matchesPattern, readPatterns } from '../../lib/event/pattern';
import { assertGivesSomething } from '../shared/givesNothing';
import { chosenTarget } from '../shared/providerApi/chosenTarget';
import { fetchInstances } from './instances';

/** Each instance takes two calls; a list this long is rather a mistake. */
const MOST_INSTANCES = 500;

/**
 * The instances to register on: the chosen one, or all that fit 'Instances'.
 *
 * @throws {NodeOperationError} where there is none
 */
export async function chosenInstances(context: IHookFunctions): Promise<string[]> {
	if (context.getNodeParameter('scope', 'instance') !== 'all') {
		return [chosenTarget(context, 'instance', 'Instance', 'instance')];
	}
	const patterns = instancePatterns(context.getNodeParameter('instances', '*'));
	const isList = patterns.every((pattern) => !pattern.includes('*'));
	const names = isList
		? patterns
		: (await fetchInstances(context))
				.map(({ name }) => name)
				.filter((name) => fits(patterns, name));
	const found = [...new Set(names)];
	if (found.length > 0 && found.length <= MOST_INSTANCES) return found;
	throw new NodeOperationError(
		context.getNode(),
		found.length === 0
			? `Evolution API has no instance that matches 'Instances' (${patterns.join(', ')}). Create one, or correct the names.`
			: `${found.length} instances match 'Instances' (${patterns.join(', ')}), more than ${MOST_INSTANCES}. Narrow it down.`,
	);
}

/** Whether the node wants events of this instance. */
export function selectsInstance(context: IWebhookFunctions, { data }: ProviderEvent): boolean {
	return instanceSelector(context)(typeof data.session === 'string' ? data.session : '');
}

/**
 * Says by its name whether events of an instance are wanted.
 *
 * @throws {Error} where the expression that should say which gives nothing
 */
export function instanceSelector(
	context: IHookFunctions | IWebhookFunctions,
): (name: string) => boolean {
	const { instance, instances } = context.getNode().parameters;
	if (context.getNodeParameter('scope', 'instance') === 'all') {
		const value: unknown = context.getNodeParameter('instances', '*');
		assertGivesSomething(instances, value, 'Instances');
		const patterns = instancePatterns(value);
		return (name) => fits(patterns, name);
	}
	const value: unknown = context.getNodeParameter('instance', '', { extractValue: true });
	const { value: stored = instance } = Object(instance) as { readonly value?: unknown };
	assertGivesSomething(stored, value, 'Instance');
	const chosen = String(value ?? '').trim();
	return (name) => chosen === '' || chosen === name;
}

function instancePatterns(value: unknown): string[] {
	const patterns = readPatterns(value);
	return patterns.length === 0 ? ['*'] : patterns;
}

function fits(patterns: readonly string[], name: string): boolean {
	return patterns.some((pattern) => matchesPattern(pattern, name));
}

/**
 * Evolution API's names. Its settings call an event `GROUP_PARTICIPANTS_UPDATE`, its bodies
 * `group-participants.update`; older versions and `byEvents` also write it in other ways.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/blob/main/src/api/integrations/event/event.controller.ts
 */

/** Events that every 2.x version knows, so that a list of these is never refused. */
const BASE_EVENTS = [
	'MESSAGES_UPSERT',
	'MESSAGES_UPDATE',
	'MESSAGES_DELETE',
	'SEND_MESSAGE',
	'CONNECTION_UPDATE',
	'QRCODE_UPDATED',
] as const;

/** What has to be subscribed for an event of the common vocabulary; recent names come last. */
const EVENTS_FOR_TYPE: Readonly<Record<string, readonly string[]>> = {
	'whatsapp.channel.posted': ['MESSAGES_UPSERT', 'SEND_MESSAGE'],
	'whatsapp.status.posted': ['MESSAGES_UPSERT', 'SEND_MESSAGE'],
	'whatsapp.message.received': ['MESSAGES_UPSERT'],
	// What the phone sent comes as an upsert, what the API sent as SEND_MESSAGE.
	'whatsapp.message.sent': ['MESSAGES_UPSERT', 'SEND_MESSAGE', 'MESSAGES_UPDATE'],
	'whatsapp.message.delivered': ['MESSAGES_UPDATE'],
	'whatsapp.message.read': ['MESSAGES_UPDATE'],
	'whatsapp.message.failed': ['MESSAGES_UPDATE'],
	// A deletion by the other side comes as a protocol message, among the edits.
	'whatsapp.message.deleted': ['MESSAGES_DELETE', 'MESSAGES_EDITED'],
	'whatsapp.message.edited': [
		'MESSAGES_UPSERT',
		'MESSAGES_UPDATE',
		'MESSAGES_EDITED',
		'SEND_MESSAGE_UPDATE',
	],
	'whatsapp.message.reaction': ['MESSAGES_UPSERT', 'SEND_MESSAGE'],
	'whatsapp.session.connected': ['CONNECTION_UPDATE'],
	'whatsapp.session.connecting': ['CONNECTION_UPDATE'],
	'whatsapp.session.disconnected': ['CONNECTION_UPDATE'],
	'whatsapp.session.qr': ['QRCODE_UPDATED'],
};

/** Names that do not simply have dots for underscores. */
const IRREGULAR: ReadonlyMap<string, string> = new Map([
	['GROUP_PARTICIPANTS_UPDATE', 'group-participants.update'],
	['MESSAGING_HISTORY_SET', 'messaging-history.set'],
	['TYPEBOT_CHANGE_STATUS', 'typebot.change-status'],
]);

/**
 * An event's name as Evolution API 2.x writes it into a body, whichever way it was written:
 * `messages.upsert` for `MESSAGES_UPSERT` and `messages-upsert`.
 */
export function wireName(name: string): string {
	const settingName = name.replace(/[.\s-]/g, '_').toUpperCase();
	return IRREGULAR.get(settingName) ?? settingName.toLowerCase().replace(/_/g, '.');
}

/**
 * What to subscribe to for the types that a node wants. An empty list stands for all events that
 * the server knows, which is how Evolution API understands it too.
 *
 * @param types the parameter `events`
 */
export function subscriptionFor(types: readonly string[]): string[] {
	const wanted = types.map((type) =>
		Object.hasOwn(EVENTS_FOR_TYPE, type) ? EVENTS_FOR_TYPE[type] : undefined,
	);
	if (wanted.length === 0 || wanted.includes(undefined)) return [];
	return [...new Set(wanted.flatMap((events) => events ?? []))];
}

/** Those of the names that every 2.x version knows; of an empty list (all), all that are known. */
export function baseEventsOf(subscription: readonly string[]): string[] {
	return BASE_EVENTS.filter((name) => subscription.length === 0 || subscription.includes(name));
}
