#!/usr/bin/env bash
# Title: In n8n's If a null amount is small, and every text contains a missing word
# Guess: A condition with a value that is not there is not met, or is an error.
# Behavior: null is less than 100 and at least 0, an empty text too, and a missing field is neither. Every text contains, and begins with, a word that is missing. With "Convert types where required" the text "no" is true and "false" is not.
# Versions: n8n-workflow@2.41.0
# Matters: Ifs, Filters and Switches behind a trigger: an amount that is null goes the way of small amounts, and an expression that gives nothing lets everything through. Ask "exists" or "is not empty" first.
# Source: found by running; executeFilter of n8n-workflow, options of version 3, as the If node 2.3 sets them
. "$(dirname "$0")/lib.sh"
install n8n-workflow@2.41.0
program <<'JS'
import { createRequire } from 'node:module';
const { executeFilter } = createRequire(import.meta.url)('n8n-workflow');
const show = (value) => JSON.stringify(value) ?? 'missing';
for (const [type, operation, leftValue, rightValue, typeValidation = 'strict'] of [
	['number', 'lt', null, 100],
	['number', 'gte', null, 0],
	['number', 'lt', '', 100],
	['number', 'lt', undefined, 100],
	['string', 'contains', 'order.paid', undefined],
	['string', 'startsWith', 'order.paid', undefined],
	['boolean', 'true', 'no', undefined, 'loose'],
	['boolean', 'true', 'false', undefined, 'loose'],
]) {
	const condition = { id: '1', leftValue, rightValue, operator: { type, operation, ...(type === 'boolean' && { singleValue: true }) } };
	const options = { caseSensitive: true, leftValue: '', typeValidation, version: 3 };
	const met = executeFilter({ combinator: 'and', conditions: [condition], options });
	console.log(`${show(leftValue)} ${operation}${type === 'boolean' ? '' : ` ${show(rightValue)}`}, ${typeValidation}: ${met}`);
}
JS
as_found <<'OUT'
null lt 100, strict: true
null gte 0, strict: true
"" lt 100, strict: true
missing lt 100, strict: false
"order.paid" contains missing, strict: true
"order.paid" startsWith missing, strict: true
"no" true, loose: true
"false" true, loose: false
OUT
