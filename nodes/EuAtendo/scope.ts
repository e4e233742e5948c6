import { NodeOperationError, type IHookFunctions, type IWebhookFunctions } from 'n8n-workflow';
import type { ProviderEvent } from '../../lib/event/envelope';
import { matchesPattern, readPatterns } from '../../lib/event/pattern';
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
			? `Evolution API has no instance that fits 'Instances' (${patterns.join(', ')}). Create one, or correct the names.`
			: `${found.length} instances fit 'Instances' (${patterns.join(', ')}), more than ${MOST_INSTANCES}. Narrow it down.`,
	);
}

/** Whether the node wants events of this instance. */
export function selectsInstance(context: IWebhookFunctions, { data }: ProviderEvent): boolean {
	const session = typeof data.session === 'string' ? data.session : '';
	if (context.getNodeParameter('scope', 'instance') === 'all') {
		return fits(instancePatterns(context.getNodeParameter('instances', '*')), session);
	}
	const value: unknown = context.getNodeParameter('instance', '', { extractValue: true });
	const chosen = String(value ?? '').trim();
	return chosen === '' || chosen === session;
}

function instancePatterns(value: unknown): string[] {
	const patterns = readPatterns(value);
	return patterns.length === 0 ? ['*'] : patterns;
}

function fits(patterns: readonly string[], name: string): boolean {
	return patterns.some((pattern) => matchesPattern(pattern, name));
}
