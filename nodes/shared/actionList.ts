import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** Not for any version of a node: the parameter is never shown, stored or read. It is there for n8n's list of actions. */
export const ACTION_LIST_ONLY = { hide: { '@version': [{ _cnd: { gte: 0 } }] } };

/**
 * What n8n's list of a trigger's actions shows, where the choice is not in the parameter 'Events'.
 *
 * n8n makes that list of the options of the first parameter that is called 'Trigger On', 'Event' or
 * 'Events' (`triggersCategory` in n8n's editor), and sets the parameter of its name. Put this in front
 * of the others: it is there for the list only.
 *
 * @param name the parameter that an action sets
 * @param options its values, each with its `action`
 */
export function triggerActions(name: string, options: INodePropertyOptions[]): INodeProperties {
	return {
		displayName: 'Trigger On',
		name,
		type: 'options',
		default: '',
		options,
		displayOptions: ACTION_LIST_ONLY,
	};
}

/** One value of the parameter that decides what the operations of a node are. */
export interface ActionGroup {
	readonly value: string;
	readonly name: string;
	/** Values of `operation`, each with its `action`. */
	readonly operations: INodePropertyOptions[];
}

/**
 * What n8n's list of a node's actions shows, where a parameter that is not called 'Resource' comes
 * before the operation.
 *
 * n8n makes that list of the options of `resource` and of the `operation` that is shown for each of
 * them, and sets what that operation is shown for (`resourceCategories` in n8n's editor). The two are
 * there for the list only, behind the node's own parameters.
 *
 * @param name the parameter that an action sets beside `operation`, such as `transport`
 */
export function groupedActions(name: string, groups: readonly ActionGroup[]): INodeProperties[] {
	return [
		{
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
			default: '',
			options: groups.map((group) => ({ name: group.name, value: group.value })),
			displayOptions: ACTION_LIST_ONLY,
		},
		...groups.map(
			({ value, operations }): INodeProperties => ({
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				default: '',
				options: operations,
				displayOptions: { show: { resource: [value], [name]: [value] }, ...ACTION_LIST_ONLY },
			}),
		),
	];
}
