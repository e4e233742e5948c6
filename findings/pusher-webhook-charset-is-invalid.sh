#!/usr/bin/env bash
# Title: A charset makes a genuine Pusher webhook invalid
# Guess: A webhook with a right signature is valid, whatever parameters its content type has.
# Behavior: isValid is false as soon as the content type is anything but exactly application/json.
# Versions: pusher@5.3.4
# Matters: A proxy that adds `; charset=utf-8` makes every webhook look forged; compare the media type only.
# Source: found by running; lib/webhook.js
. "$(dirname "$0")/lib.sh"
install pusher@5.3.4
program <<'JS'
import { createHmac } from 'node:crypto';
import Pusher from 'pusher';
const pusher = new Pusher({ appId: '1', key: 'key', secret: 'secret', cluster: 'eu' });
const rawBody = JSON.stringify({ time_ms: 1, events: [{ name: 'channel_occupied', channel: 'orders' }] });
const signature = createHmac('sha256', 'secret').update(rawBody).digest('hex');
for (const type of ['application/json', 'application/json; charset=utf-8']) {
	const headers = { 'content-type': type, 'x-pusher-key': 'key', 'x-pusher-signature': signature };
	console.log(`${type}: ${pusher.webhook({ headers, rawBody }).isValid()}`);
}
JS
as_found <<'OUT'
application/json: true
application/json; charset=utf-8: false
OUT
