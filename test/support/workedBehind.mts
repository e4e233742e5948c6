import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

/** A node behind a trigger: counts its runs, and fails as often as it is told. */
export class WorkedBehind implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Worked Behind',
		name: 'workedBehind',
		group: ['transform'],
		version: 1,
		description: 'Stands for what a user does with an event',
		defaults: { name: 'Worked Behind' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	};

	runs = 0;

	/** How many of the next runs fail. */
	failures = 0;

	readonly execute: INodeType['execute'];

	constructor() {
		const counts = this;
		this.execute = async function work(this: IExecuteFunctions) {
			counts.runs += 1;
			if (counts.failures > 0) {
				counts.failures -= 1;
				throw new NodeOperationError(this.getNode(), 'It failed, as the test wants it');
			}
			return [this.getInputData()];
		};
	}
}
