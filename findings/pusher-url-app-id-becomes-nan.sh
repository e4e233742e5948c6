#!/usr/bin/env bash
# Title: An app ID with letters is NaN in a PUSHER_URL
# Guess: Pusher.forURL takes the app ID from the end of the address, as the constructor takes appId.
# Behavior: It keeps the leading digits only: /apps/1a2b becomes app 1, and soketi's default /apps/app-id is asked for as /apps/NaN. The constructor keeps the text.
# Versions: pusher@5.3.4
# Matters: soketi answers that no such app exists, and a server with an app 1 would publish there; use the constructor for app IDs that are no numbers.
# Source: found by running; Pusher.forURL
. "$(dirname "$0")/lib.sh"
install pusher@5.3.4
program <<'JS'
import { createServer } from 'node:http';
import Pusher from 'pusher';
const asked = [];
const http = createServer((request, response) => {
	asked.push(request.url.split('?')[0]);
	response.end('{}');
});
await new Promise((done) => http.listen(0, '127.0.0.1', done));
const { port } = http.address();
for (const appId of ['42', '1a2b', 'app-id']) {
	await Pusher.forURL(`http://key:secret@127.0.0.1:${port}/apps/${appId}`).trigger('orders', 'paid', {});
	await new Pusher({ appId, key: 'key', secret: 'secret', host: '127.0.0.1', port, useTLS: false }).trigger('orders', 'paid', {});
	console.log(`${appId}: forURL ${asked.shift()}, constructor ${asked.shift()}`);
}
process.exit();
JS
as_found <<'OUT'
42: forURL /apps/42/events, constructor /apps/42/events
1a2b: forURL /apps/1/events, constructor /apps/1a2b/events
app-id: forURL /apps/NaN/events, constructor /apps/app-id/events
OUT
