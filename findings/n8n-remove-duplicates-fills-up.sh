#!/usr/bin/env bash
# Title: n8n's Remove Duplicates fails for good once its history is full, and lets equal items of one run pass
# Guess: With "Items Processed in Previous Executions" the oldest values are forgotten when the History Size (10,000) is reached; of two equal items of one run one passes.
# Behavior: Once the values it remembers and the items that come in are together more than History Size, every run ends with an error, also one whose only item is known: values are added up and none is forgotten. Both of two equal items of one run pass. With an error output the item behind it holds nothing but the error.
# Versions: n8n-nodes-base@2.41.1 (Remove Duplicates 2), n8n-workflow@2.41.0
# Matters: Workflows that remove repeats of orders or payments with it: they stop working after 10,000 of them. Give the node an error output and take the event from the trigger again, clear its history now and then, or leave repeats to a trigger that forgets the oldest.
# Source: found by running; n8n's database is a list in memory here, trimmed to History Size as n8n does. In a whole n8n 2.41.1 with a History Size of 2 the third value ended as error too.
. "$(dirname "$0")/lib.sh"
install n8n-workflow@2.41.0 lodash@4.17.21
# The node alone: all of n8n's nodes with what they need are 800 MB.
(cd "$work" && npm pack --silent --prefer-offline n8n-nodes-base@2.41.1 >/dev/null && tar xzf n8n-nodes-base-2.41.1.tgz) ||
	{ echo "could not get n8n-nodes-base@2.41.1" >&2; exit 2; }
program <<'JS'
import { createRequire } from 'node:module';
const { RemoveDuplicatesV2 } = createRequire(import.meta.url)(
	'./package/dist/nodes/Transform/RemoveDuplicates/v2/RemoveDuplicatesV2.node.js',
);
const node = new RemoveDuplicatesV2({});
const remembered = [];
async function run(...orders) {
	const items = orders.map((order) => ({ json: { order } }));
	const parameters = {
		operation: 'removeItemsSeenInPreviousExecutions',
		logic: 'removeItemsWithAlreadySeenKeyValues',
		'options.historySize': 3,
	};
	const context = {
		getInputData: () => items,
		getNode: () => ({ name: 'Remove Duplicates' }),
		continueOnFail: () => false,
		addExecutionHints: () => undefined,
		getNodeParameter: (name, index, fallback) =>
			name === 'dedupeValue' ? items[index].json.order : (parameters[name] ?? fallback),
		helpers: {
			getProcessedDataCount: async () => remembered.length,
			checkProcessedAndRecord: async (values, _scope, { maxEntries }) => {
				const fresh = values.filter((value) => !remembered.includes(value));
				const processed = values.filter((value) => remembered.includes(value));
				remembered.push(...fresh);
				remembered.splice(0, remembered.length - maxEntries);
				return { new: fresh, processed };
			},
		},
	};
	const [kept] = await node.execute.call(context).catch(({ message }) => [message.split('.')[0]]);
	const said = Array.isArray(kept) ? `kept ${kept.map(({ json }) => json.order).join(', ') || 'none'}` : kept;
	console.log(`${orders.join(', ')}: ${said}`);
}
await run('A', 'A');
await run('A');
await run('B');
await run('C');
await run('D');
await run('A');
JS
as_found <<'OUT'
A, A: kept A, A
A: kept none
B: kept B
C: kept C
D: The number of items to be processed exceeds the maximum history size
A: The number of items to be processed exceeds the maximum history size
OUT
