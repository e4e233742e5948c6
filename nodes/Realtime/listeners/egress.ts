import type { ITriggerFunctions } from 'n8n-workflow';
import { RealtimeFailure } from '../../../lib/net/failure';
import { askEgressPolicy } from '../../shared/egress/egress';
import type { Egress } from './listenTransport';

/** n8n's egress policy, whose refusal is one that does not pass by itself. */
export function egressOf(context: ITriggerFunctions): Egress {
	return async (origin) => {
		const verdict = await askEgressPolicy(context, origin);
		if (verdict.allowed) return verdict.lookup;
		const { message, description } = verdict;
		throw new RealtimeFailure(message, { description, permanent: true });
	};
}
