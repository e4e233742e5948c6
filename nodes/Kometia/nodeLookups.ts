import type { IWebhookFunctions } from 'n8n-workflow';
import { RateLimit } from '../../lib/flow/rates';
import { LimitedLookup } from '../../lib/flow/lookup';

/** Enough to be noticed; a flood of forgeries must not fill the log. */
const WARNINGS = { burst: 3, perSecond: 1 / 60 } as const;

/** The lookups of one trigger node, and how often it may warn of them. */
interface NodeLookups {
	readonly lookup: LimitedLookup<unknown>;
	readonly warnings: RateLimit;
}

/** One n8n process has one of these; module state is what the requests of a process share. */
const byNode = new Map<string, NodeLookups>();

/** The lookups of the trigger node that a request belongs to. */
export function lookupsOf(context: IWebhookFunctions): NodeLookups {
	const scope = `${context.getWorkflow().id}:${context.getNode().id}`;
	let found = byNode.get(scope);
	if (found === undefined) {
		found = {
			lookup: new LimitedLookup(),
			warnings: new RateLimit(WARNINGS.burst, WARNINGS.perSecond),
		};
		byNode.set(scope, found);
	}
	return found;
}
