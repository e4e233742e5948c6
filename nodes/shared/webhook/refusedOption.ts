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

export function refusedIntervalMs(value: unknown): number {
	const minutes = Number(value);
	return (Number.isFinite(minutes) && minutes > 0 ? minutes : DEFAULT_MINUTES) * 60_000;
}
