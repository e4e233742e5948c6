#!/usr/bin/env bash
# Title: n8n tells an AI agent the same of every operation of a node that has no resource
# Guess: A tool is described by its operation, which has a text of its own for that (`action`).
# Behavior: The operation's text is used only if the operation is shown for a resource, and the node's parameters name that one. Otherwise each operation is described by the node's own description, also with that text in place.
# Versions: n8n-workflow@2.41.0
# Matters: Two tools of one such node differ for the model by their names alone: write their descriptions by hand, under Tool Description.
# Source: found by running; NodeHelpers.getToolDescriptionForNode of n8n-workflow
. "$(dirname "$0")/lib.sh"
install n8n-workflow@2.41.0
program <<'JS'
import { createRequire } from 'node:module';
const { NodeHelpers } = createRequire(import.meta.url)('n8n-workflow');
const operation = {
	displayName: 'Operation', name: 'operation', type: 'options', default: 'find',
	options: [
		{ name: 'Find', value: 'find', action: 'Find an order' },
		{ name: 'Cancel', value: 'cancel', action: 'Cancel an order' },
	],
};
const resource = {
	displayName: 'Resource', name: 'resource', type: 'options', default: 'order',
	options: [{ name: 'Order', value: 'order' }],
};
const shown = { ...operation, displayOptions: { show: { resource: ['order'] } } };
function tell(what, properties, parameters) {
	const description = {
		name: 'shop', displayName: 'Shop', description: 'Works with a shop', version: 1,
		defaults: { name: 'Shop' }, group: ['output'], inputs: ['main'], outputs: ['main'], properties,
	};
	for (const { value } of operation.options) {
		const node = { id: '1', name: 'Shop', type: 'shop', typeVersion: 1, position: [0, 0], parameters: { ...parameters, operation: value } };
		console.log(`${what}, ${value}: ${NodeHelpers.getToolDescriptionForNode(node, { description })}`);
	}
}
tell('no resource', [operation], {});
tell('a resource, not in the parameters', [resource, shown], {});
tell('a resource', [resource, shown], { resource: 'order' });
JS
as_found <<'OUT'
no resource, find: Works with a shop
no resource, cancel: Works with a shop
a resource, not in the parameters, find: Works with a shop
a resource, not in the parameters, cancel: Works with a shop
a resource, find: Find an order in Shop
a resource, cancel: Cancel an order in Shop
OUT
