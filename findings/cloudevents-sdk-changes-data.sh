#!/usr/bin/env bash
# Title: The CloudEvents SDK loses data that is 0, false or empty
# Guess: HTTP.toEvent gives the data that was sent.
# Behavior: Structured, data that is 0, false or "" is gone. Binary, numbers, true, false and null become texts. An event without time gets the current one.
# Versions: cloudevents@10.0.0
# Matters: An amount of 0 is missing at the receiver, and false is the text "false", which counts as true. Let data be an object.
# Source: found by running; parseStructured and JSONParser of cloudevents
. "$(dirname "$0")/lib.sh"
install cloudevents@10.0.0
program <<'JS'
import { HTTP } from 'cloudevents';
const attributes = { specversion: '1.0', id: '1', source: '/shop', type: 'order.paid' };
const binary = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
const show = (event) => JSON.stringify(event.data) ?? 'missing';
for (const data of [0, 5, false, true, null, '', { amount: 0 }]) {
	const structured = HTTP.toEvent({ headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify({ ...attributes, data }) });
	const plain = HTTP.toEvent({ headers: { ...binary, 'content-type': 'application/json' }, body: JSON.stringify(data) });
	console.log(`${JSON.stringify(data)}: structured ${show(structured)}, binary ${show(plain)}`);
}
const { time } = HTTP.toEvent({ headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify(attributes) });
console.log(`without time: ${Math.abs(Date.now() - Date.parse(time)) < 60_000 ? 'now' : time}`);
JS
as_found <<'OUT'
0: structured missing, binary "0"
5: structured 5, binary "5"
false: structured missing, binary "false"
true: structured true, binary "true"
null: structured missing, binary "null"
"": structured missing, binary ""
{"amount":0}: structured {"amount":0}, binary {"amount":0}
without time: now
OUT
