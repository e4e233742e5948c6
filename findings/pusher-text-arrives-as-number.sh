#!/usr/bin/env bash
# Title: A text sent with Pusher's libraries can arrive as another number
# Guess: What trigger is given is what bind hands over.
# Behavior: pusher sends a text as it is and everything else as JSON, and pusher-js parses whatever is JSON: the order number "12345678901234567890" arrives as the number 12345678901234567000, "1e3" as 1000, "true" as true, and "hola" and "007" as they were sent.
# Versions: pusher@5.3.4, pusher-js@8.6.0, ws@8.23.0
# Matters: Send ids as a field of an object. Realtime Broadcast writes every payload as JSON, so that a text stays a text.
# Source: found by running, with a server in between that hands `data` on as it came; ensureJSON of pusher, decodeMessage of pusher-js
. "$(dirname "$0")/lib.sh"
install pusher@5.3.4 pusher-js@8.6.0 ws@8.23.0
program <<'JS'
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import Pusher from 'pusher';
import PusherClient from 'pusher-js';
import { WebSocketServer } from 'ws';
let send;
const http = createServer(async (request, response) => {
	const { name, data, channels } = JSON.parse(await text(request));
	send({ event: name, channel: channels[0], data });
	response.setHeader('content-type', 'application/json').end('{}');
});
await new Promise((done) => http.listen(0, '127.0.0.1', done));
const { port } = http.address();
new WebSocketServer({ server: http }).on('connection', (socket) => {
	send = (message) => socket.send(JSON.stringify(message));
	send({ event: 'pusher:connection_established', data: '{"socket_id":"1.2","activity_timeout":120}' });
	socket.on('message', (message) => {
		const { event, data } = JSON.parse(message);
		if (event === 'pusher:subscribe') send({ event: 'pusher_internal:subscription_succeeded', channel: data.channel, data: '{}' });
	});
});
const client = new PusherClient('key', { cluster: '', wsHost: '127.0.0.1', wsPort: port, forceTLS: false, enabledTransports: ['ws'] });
const channel = client.subscribe('orders');
await new Promise((done) => channel.bind('pusher:subscription_succeeded', done));
const pusher = new Pusher({ appId: '1', key: 'key', secret: 'secret', host: '127.0.0.1', port, useTLS: false });
for (const data of ['12345678901234567890', '1e3', 'true', 'hola', '007', { id: '12345678901234567890' }]) {
	const arrived = new Promise((done) => channel.bind('order', done));
	await pusher.trigger('orders', 'order', data);
	console.log(`${JSON.stringify(data)}: ${JSON.stringify(await arrived)}`);
	channel.unbind('order');
}
process.exit();
JS
as_found <<'OUT'
"12345678901234567890": 12345678901234567000
"1e3": 1000
"true": true
"hola": "hola"
"007": "007"
{"id":"12345678901234567890"}: {"id":"12345678901234567890"}
OUT
