#!/usr/bin/env bash
# Title: Echo listens for another event than the one that is written
# Guess: listen('order.shipped') gets the event that Laravel broadcasts as order.shipped.
# Behavior: Without a dot or backslash in front, App\Events is put before the name and dots become backslashes, also where the full class name is written.
# Versions: laravel-echo@2.5.0
# Matters: Names for Events and for Realtime Broadcast are the names on the wire, not those in a front end: broadcast `order.shipped`, and let Echo listen for `.order.shipped`.
# Source: found by running; EventFormatter
. "$(dirname "$0")/lib.sh"
install laravel-echo@2.5.0
program <<'JS'
import Echo from 'laravel-echo';
let bound;
const client = { subscribe: () => ({ bind: (name) => (bound = name) }) };
const echo = new Echo({ broadcaster: 'pusher', key: 'key', cluster: 'eu', client });
for (const name of ['OrderShipped', 'order.shipped', '.order.shipped', 'App\\Events\\OrderShipped', '\\App\\Events\\OrderShipped']) {
	echo.channel('orders').listen(name, () => {});
	console.log(`${name} -> ${bound}`);
}
JS
as_found <<'OUT'
OrderShipped -> App\Events\OrderShipped
order.shipped -> App\Events\order\shipped
.order.shipped -> order.shipped
App\Events\OrderShipped -> App\Events\App\Events\OrderShipped
\App\Events\OrderShipped -> App\Events\OrderShipped
OUT
