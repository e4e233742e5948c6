#!/usr/bin/env bash
# Title: Paddle's library looks at one of the signatures in the header
# Guess: As with Stripe, a header with several signatures is right when one of them is.
# Behavior: Only the last h1 counts. It is also refused when it is more than 5 seconds old.
# Versions: @paddle/paddle-node-sdk@3.10.0
# Matters: While a secret is rotated, a receiver may refuse everything that is signed with both; a receiver whose clock is 6 seconds ahead refuses all.
# Source: found by running; WebhooksValidator
. "$(dirname "$0")/lib.sh"
install @paddle/paddle-node-sdk@3.10.0
program <<'JS'
import { createHmac } from 'node:crypto';
import { Paddle } from '@paddle/paddle-node-sdk';
const { webhooks } = new Paddle('invented');
const body = '{"event_id":"evt_1","event_type":"transaction.paid"}';
const header = (age, ...secrets) => {
	const at = Math.floor(Date.now() / 1000) - age;
	const h1 = (secret) => `h1=${createHmac('sha256', secret).update(`${at}:${body}`).digest('hex')}`;
	return [`ts=${at}`, ...secrets.map(h1)].join(';');
};
const cases = {
	'our secret alone': header(0, 'ours'),
	'another, then ours': header(0, 'another', 'ours'),
	'ours, then another': header(0, 'ours', 'another'),
	'ours, 10 seconds old': header(10, 'ours'),
};
for (const [name, signature] of Object.entries(cases)) {
	console.log(`${name}: ${await webhooks.isSignatureValid(body, 'ours', signature)}`);
}
JS
as_found <<'OUT'
our secret alone: true
another, then ours: true
ours, then another: false
ours, 10 seconds old: false
OUT
