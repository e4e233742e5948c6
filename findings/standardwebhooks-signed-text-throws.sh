#!/usr/bin/env bash
# Title: A rightly signed body that is no JSON is a SyntaxError
# Guess: verify checks the signature of any body, as the specification signs bytes.
# Behavior: It parses the body after the check: a signed text throws a SyntaxError, which is no WebhookVerificationError; a signed empty body gives undefined.
# Versions: standardwebhooks@1.1.1
# Matters: A receiver that answers 401 only to WebhookVerificationError fails with 500 on genuine deliveries of text or form data, and the sender repeats them.
# Source: found by running; dist/index.js, Webhook.verify
. "$(dirname "$0")/lib.sh"
install standardwebhooks@1.1.1
program <<'JS'
import { Webhook } from 'standardwebhooks';
const hook = new Webhook(`whsec_${Buffer.alloc(32, 'invented key ').toString('base64')}`);
for (const body of ['{"paid":true}', 'paid=true', '']) {
	const at = new Date();
	const headers = {
		'webhook-id': 'msg_1',
		'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
		'webhook-signature': hook.sign('msg_1', at, body),
	};
	let outcome;
	try {
		outcome = JSON.stringify(hook.verify(body, headers)) ?? 'undefined';
	} catch (error) {
		outcome = `throws ${error.constructor.name}`;
	}
	console.log(`${JSON.stringify(body)}: ${outcome}`);
}
JS
as_found <<'OUT'
"{\"paid\":true}": {"paid":true}
"paid=true": throws SyntaxError
"": undefined
OUT
