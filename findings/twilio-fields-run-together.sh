#!/usr/bin/env bash
# Title: A Twilio signature does not say where a field ends
# Guess: A valid signature covers the names and the values of the fields.
# Behavior: It covers them in one text with nothing between: From=1&To=2, From=1To2 and Fro=m1To2 have one signature. JSON whose fields are the same passes as the form.
# Versions: twilio@6.3.1
# Matters: Receivers that keep no record of what was signed: whoever saw one request can send others that are valid and say something else.
# Source: found by running; validateRequest, validateExpressRequest
. "$(dirname "$0")/lib.sh"
install twilio@6.3.1
program <<'JS'
import twilio from 'twilio';
const url = 'https://example.com/hook';
const token = 'invented';
const signature = twilio.getExpectedTwilioSignature(token, url, { From: '1', To: '2' });
for (const form of ['From=1&To=2', 'From=1To2', 'Fro=m1To2', 'From=1&To=3']) {
	const fields = Object.fromEntries(new URLSearchParams(form));
	console.log(`${form}: ${twilio.validateRequest(token, signature, url, fields)}`);
}
const request = {
	protocol: 'https',
	originalUrl: '/hook',
	headers: { host: 'example.com', 'content-type': 'application/json' },
	header: () => signature,
	body: { From: '1', To: '2' },
	rawBody: '{"From":"1","To":"2"}',
};
console.log(`the same as JSON: ${twilio.validateExpressRequest(request, token)}`);
JS
as_found <<'OUT'
From=1&To=2: true
From=1To2: true
Fro=m1To2: true
From=1&To=3: false
the same as JSON: true
OUT
