#!/usr/bin/env bash
# Title: verify finds no headers in the Headers of a request
# Guess: The Headers and the bytes of a fetch request, as in Workers, Next.js, Deno and Bun, are what verify takes.
# Behavior: With a Headers object it throws a WebhookVerificationError, Missing required headers, as for a delivery without a signature; a Uint8Array or ArrayBuffer throws a plain Error. A plain object and a text verify. svix 2 goes the same way.
# Versions: standardwebhooks@1.1.1, svix@2.5.0
# Matters: Every genuine delivery is answered 401 and looks forged. Pass Object.fromEntries(request.headers) and await request.text().
# Source: found by running; Webhook.verify looks through Object.keys
. "$(dirname "$0")/lib.sh"
install standardwebhooks@1.1.1 svix@2.5.0
program <<'JS'
const body = '{"type":"order.paid"}';
for (const name of ['standardwebhooks', 'svix']) {
	const { Webhook } = await import(name);
	const hook = new Webhook(`whsec_${Buffer.alloc(32, 'invented key ').toString('base64')}`);
	const at = new Date();
	const headers = {
		'webhook-id': 'msg_1',
		'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
		'webhook-signature': hook.sign('msg_1', at, body),
	};
	const request = () => new Request('https://shop.example/hook', { method: 'POST', headers, body });
	for (const [way, bytes, given] of [
		['text, Headers', await request().text(), request().headers],
		['bytes, object', new Uint8Array(await request().arrayBuffer()), Object.fromEntries(request().headers)],
		['text, object', await request().text(), Object.fromEntries(request().headers)],
	]) {
		let outcome = 'verified';
		try {
			hook.verify(bytes, given);
		} catch (error) {
			outcome = `${error.constructor.name}: ${error.message}`;
		}
		console.log(`${name}, ${way}: ${outcome}`);
	}
}
JS
as_found <<'OUT'
standardwebhooks, text, Headers: WebhookVerificationError: Missing required headers
standardwebhooks, bytes, object: Error: Expected payload to be of type string or Buffer.
standardwebhooks, text, object: verified
svix, text, Headers: WebhookVerificationError: Missing required headers
svix, bytes, object: Error: Expected payload to be of type string or Buffer.
svix, text, object: verified
OUT
