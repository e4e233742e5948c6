/**
 * What of an event must fit, by dotted path in the envelope: `{"data.status": ["paid", "sent"],
 * "subject": "3460*", "data.amountCents": {"gte": 1000}}`. All of them must.
 */
export type SubscriberFilter = Readonly<Record<string, FilterCondition>>;

/** One value (`*` in a text stands for any text), a list of which one fits, or comparisons. */
export type FilterCondition = FilterValue | readonly FilterValue[] | FilterComparison;

export type FilterValue = string | number | boolean | null;

export interface FilterComparison {
	readonly gt?: number | string;
	readonly gte?: number | string;
	readonly lt?: number | string;
	readonly lte?: number | string;
	readonly ne?: FilterValue;
	/** Whether there must be something, or must not. */
	readonly exists?: boolean;
}
