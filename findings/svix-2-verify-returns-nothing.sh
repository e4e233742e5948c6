#!/usr/bin/env bash
# Title: verify of svix 2 gives nothing back
# Guess: verify gives the parsed event, as in svix 1 and in standardwebhooks.
# Behavior: svix 1.99.1 returns the parsed body, svix 2.5.0 returns undefined for every valid delivery.
# Versions: svix@1.99.1, svix@2.5.0
# Matters: After an update, code that uses the result goes on with undefined and starts workflows without data; parse the body yourself after the check.
# Source: found by running both; Webhook.verify
. "$(dirname "$0")/lib.sh"
install svix-1@npm:svix@1.99.1 svix-2@npm:svix@2.5.0
program <<'JS'
for (const name of ['svix-1', 'svix-2']) {
	const { Webhook } = await import(name);
	const hook = new Webhook(`whsec_${Buffer.alloc(32, 'invented key ').toString('base64')}`);
	const at = new Date();
	const body = '{"type":"order.paid"}';
	const result = hook.verify(body, {
		'svix-id': 'msg_1',
		'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
		'svix-signature': hook.sign('msg_1', at, body),
	});
	console.log(`${name}: ${JSON.stringify(result)}`);
}
JS
as_found <<'OUT'
svix-1: {"type":"order.paid"}
svix-2: undefined
OUT
