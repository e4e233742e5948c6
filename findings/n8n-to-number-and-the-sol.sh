#!/usr/bin/env bash
# Title: n8n's toNumber reads S/. 50 and not S/ 50
# Guess: A currency in front is either read or refused, and toInt does one thing.
# Behavior: toNumber takes out every currency sign anywhere, among them the letters S, R, P, L and Q and the text S/. : "S/. 50.00" is 50, "S/ 50.00", as Yape writes it, throws, and the order "P10L2" is 102. toInt cuts the text "50.99" to 50 and rounds the number 50.99 to 51; "1,250" is 1.
# Versions: n8n-workflow@2.41.0
# Matters: Amounts out of a notification's text. Yape Trigger gives `amountCents`, a whole number; use that.
# Source: found by running; toNumber and toInt of n8n-workflow's extensions
. "$(dirname "$0")/lib.sh"
install n8n-workflow@2.41.0
program <<'JS'
import { createRequire } from 'node:module';
const { Workflow } = createRequire(import.meta.url)('n8n-workflow');
const node = { id: '1', name: 'Node', type: 'none', typeVersion: 1, position: [0, 0], parameters: {} };
const type = { description: { properties: [] } };
const nodeTypes = { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) };
const workflow = new Workflow({ id: '1', nodes: [node], connections: {}, active: false, nodeTypes });
for (const [value, method] of [['S/. 50.00', 'toNumber'], ['S/ 50.00', 'toNumber'], ['P10L2', 'toNumber'], ['50.99', 'toInt'], [50.99, 'toInt'], ['1,250', 'toInt']]) {
	let outcome;
	try {
		outcome = workflow.expression.getParameterValue(`={{ $json.value.${method}() }}`, null, 0, 0, 'Node', [{ json: { value } }], 'manual', {});
	} catch (error) {
		outcome = `throws: ${error.message}`;
	}
	console.log(`${JSON.stringify(value)}.${method}(): ${outcome}`);
}
JS
as_found <<'OUT'
"S/. 50.00".toNumber(): 50
"S/ 50.00".toNumber(): throws: cannot convert to number
"P10L2".toNumber(): 102
"50.99".toInt(): 50
50.99.toInt(): 51
"1,250".toInt(): 1
OUT
