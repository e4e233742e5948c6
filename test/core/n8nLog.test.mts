import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { expect, test } from 'vitest';
import { captureLog } from '../support/n8nLog.mts';
import { runAction } from '../support/runAction.mts';

const chatty: INodeType = {
	description: {
		displayName: 'Chatty',
		name: 'chatty',
		group: ['transform'],
		version: 1,
		description: 'Writes to the log',
		defaults: { name: 'Chatty' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	},
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		for (const level of ['debug', 'info', 'warn', 'error'] as const) {
			this.logger[level](`the level ${level}`);
		}
		return [this.getInputData()];
	},
};

// n8n switches levels off in a way of its own: a test must neither fail by it nor miss the line.
test('a node may write at any level, also at those that n8n has switched off', async () => {
	const log = captureLog();
	const { outputs, error } = await runAction(chatty, { items: [{ json: {} }] });
	log.stop();
	expect(error).toBeUndefined();
	expect(outputs[0]).toHaveLength(1);
	for (const level of ['debug', 'info', 'warn', 'error']) {
		expect(log.text()).toContain(`the level ${level}`);
	}
});
