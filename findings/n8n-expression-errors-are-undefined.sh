#!/usr/bin/env bash
# Title: In n8n a failing expression is undefined, and a space after one makes a list a text
# Guess: An expression that throws fails the node, and blanks around {{ }} do not count.
# Behavior: A TypeError, and invalid JSON in JSON.parse, give undefined without a word. With anything beside the braces, even one blank, a list becomes a text of its entries.
# Versions: n8n-workflow@2.41.0
# Matters: A list of events or channels by an expression may be nothing, or one text, at run time: check what the node gets before you publish.
# Source: found by running; Expression.getParameterValue of n8n-workflow
. "$(dirname "$0")/lib.sh"
install n8n-workflow@2.41.0
program <<'JS'
import { createRequire } from 'node:module';
const { Workflow } = createRequire(import.meta.url)('n8n-workflow');
const node = { id: '1', name: 'Node', type: 'none', typeVersion: 1, position: [0, 0], parameters: {} };
const type = { description: { properties: [] } };
const nodeTypes = { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) };
const workflow = new Workflow({ id: '1', nodes: [node], connections: {}, active: false, nodeTypes });
const items = [{ json: { events: ['order.paid', 'order.sent'] } }];
for (const text of ['={{ $json.types.split(",") }}', '={{ JSON.parse("{") }}', '={{ $json.events }}', '={{ $json.events }} ']) {
	const value = workflow.expression.getParameterValue(text, null, 0, 0, 'Node', items, 'manual', {});
	console.log(`"${text}": ${JSON.stringify(value) ?? 'undefined'}`);
}
JS
as_found <<'OUT'
"={{ $json.types.split(",") }}": undefined
"={{ JSON.parse("{") }}": undefined
"={{ $json.events }}": ["order.paid","order.sent"]
"={{ $json.events }} ": "order.paid,order.sent "
OUT
