#!/usr/bin/env bash
# Title: Headers that Hook0 signs can be changed under a valid signature
# Guess: A v1 signature covers the value of each header that it names.
# Behavior: The values are joined by dots before they are signed, so a part of one may move into the next. hook0-client also leaves out a header that was not sent, and reads a signature in hex as far as it goes.
# Versions: hook0-client@1.1.0
# Matters: For as long as its time is accepted, a delivery that was seen can be sent again with another X-Event-Id and X-Event-Type. Take an ID only where it is a UUID, and remember what was signed.
# Source: found by running; dist/signature.js, Signature.verify
. "$(dirname "$0")/lib.sh"
install hook0-client@1.1.0
program <<'JS'
import { createHmac } from 'node:crypto';
import { verifyWebhookSignature } from 'hook0-client';
const time = Math.floor(Date.now() / 1000);
const sent = { 'x-event-id': '0199b4a0-aaaa', 'x-event-type': 'order.paid' };
const signed = `${time}.${Object.keys(sent).join(' ')}.${Object.values(sent).join('.')}.{}`;
const v1 = createHmac('sha256', 'invented').update(signed).digest('hex');
const verdict = (headers, signature = v1) => {
	const header = `t=${time},h=${Object.keys(sent).join(' ')},v1=${signature}`;
	try {
		return verifyWebhookSignature(header, Buffer.from('{}'), new Headers(headers), 'invented', 300) ? 'valid' : 'invalid';
	} catch {
		return 'invalid';
	}
};
console.log('as it was sent:', verdict(sent));
console.log('another type:', verdict({ ...sent, 'x-event-type': 'order.lost' }));
console.log('a part moved:', verdict({ 'x-event-id': '0199b4a0-aaaa.order', 'x-event-type': 'paid' }));
console.log('the type left out:', verdict({ 'x-event-id': '0199b4a0-aaaa.order.paid' }));
console.log('letters behind the hex:', verdict(sent, `${v1}zz`));
JS
as_found <<'OUT'
as it was sent: valid
another type: invalid
a part moved: valid
the type left out: valid
letters behind the hex: valid
OUT
