import type { INodeParameters, INodeProperties, NodeParameterValueType } from 'n8n-workflow';
import type { Scene } from './provider.mts';

/** An expression that needs n8n's data, and gives the value. */
function expression(value: unknown): string {
	return `={{ $workflow.id ? ${JSON.stringify(value)} : null }}`;
}

/** The same value, said by an expression wherever n8n's editor lets one be written. */
function byExpression(property: INodeProperties, value: unknown): NodeParameterValueType {
	if (property.noDataExpression === true) return value as NodeParameterValueType;
	if (property.type === 'resourceLocator') {
		const text = typeof value === 'object' ? (value as { value: unknown }).value : value;
		return { __rl: true, mode: 'id', value: expression(text) };
	}
	if (property.type === 'collection') {
		const given = value as Record<string, unknown>;
		const options = (property.options ?? []).filter((one) => 'type' in one);
		return Object.fromEntries(
			options.map((one) => [one.name, byExpression(one, given[one.name] ?? one.default)]),
		);
	}
	return expression(value);
}

/** Every parameter of a scene's trigger, as its description lists them, each with the scene's value. */
export function everyParameterByExpression(scene: Scene): INodeParameters {
	const given: Record<string, unknown> = {
		events: scene.selectingAll ?? ['*'],
		...scene.parameters,
	};
	const properties = new scene.node().description.properties.filter(
		({ type }) => type !== 'notice',
	);
	return Object.fromEntries(
		properties.map((one) => [one.name, byExpression(one, given[one.name] ?? one.default)]),
	);
}
