import type { INodeProperties } from 'n8n-workflow';

const DEFAULT_MINUTES = 10;

export const refusedIntervalProperty: INodeProperties = {
	displayName: 'Refused Deliveries Interval (Minutes)',
	name: 'refusedInterval',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: DEFAULT_MINUTES,
	description:
		"How often to start the workflow with a report of refused deliveries, if 'Events' includes Refused Deliveries (webhook.refused)",
};

/** A timer of Node's that is to take longer than some 24 days ends at once, and would again and again. */
const LONGEST_MS = 24 * 24 * 3_600_000;

export function refusedIntervalMs(value: unknown): number {
	const minutes = Number(value);
	const usable = Number.isFinite(minutes) && minutes > 0 ? minutes : DEFAULT_MINUTES;
	return Math.min(usable * 60_000, LONGEST_MS);
}
