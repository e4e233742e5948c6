import { gap } from './hints';
import type { Gap } from './storedEvent';

/** Ids that a gap names. */
const MOST_IDS = 10;

/** Different gaps; what is beyond goes to the gap of the same reason without a workflow. */
const MOST_GAPS = 1_000;

/** Puts together what cannot be given: one gap for each reason and workflow. */
export class GapTally {
	private readonly gaps = new Map<string, Gap>();

	add(found: Gap): void {
		const isFull = this.gaps.size >= MOST_GAPS;
		const about = isFull
			? gap(found.reason, { ...found, workflowId: undefined, workflowName: undefined })
			: found;
		const key = `${about.reason} ${about.workflowId ?? ''}`;
		const known = this.gaps.get(key);
		this.gaps.set(key, known === undefined ? about : joined(known, about));
	}

	all(): readonly Gap[] {
		return [...this.gaps.values()];
	}
}

function joined(known: Gap, found: Gap): Gap {
	const ids = [...(known.executionIds ?? []), ...(found.executionIds ?? [])];
	return {
		...known,
		...(known.workflowName === undefined && found.workflowName !== undefined
			? { workflowName: found.workflowName }
			: {}),
		...(known.count === undefined ? {} : { count: known.count + (found.count ?? 0) }),
		...(ids.length === 0 ? {} : { executionIds: ids.slice(0, MOST_IDS) }),
	};
}
