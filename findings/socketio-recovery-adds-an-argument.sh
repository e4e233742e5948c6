#!/usr/bin/env bash
# Title: With connection state recovery each Socket.IO event has one more argument
# Guess: connectionStateRecovery changes what happens after a lost connection, and nothing else.
# Behavior: Handlers and onAny of the client get one argument more, a text of the server, behind those that were sent, and an event without any gets one; clients from before the feature, too. Volatile events and those with an acknowledgement have none.
# Versions: socket.io@4.8.4, socket.io-client@4.8.4, socket.io-client@4.5.4
# Matters: Optional arguments of a handler are filled with it, and what passes arguments on passes it on. Realtime Trigger takes it away.
# Source: found by running; SessionAwareAdapter.broadcast of socket.io-adapter
. "$(dirname "$0")/lib.sh"
install socket.io@4.8.4 client-new@npm:socket.io-client@4.8.4 client-old@npm:socket.io-client@4.5.4
program <<'JS'
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { io as newer } from 'client-new';
import { io as older } from 'client-old';
for (const [recovery, version, io] of [[false, '4.8.4', newer], [true, '4.8.4', newer], [true, '4.5.4', older]]) {
	const http = createServer();
	const server = new Server(http, recovery ? { connectionStateRecovery: {} } : {});
	await new Promise((done) => http.listen(0, '127.0.0.1', done));
	const joined = new Promise((done) => server.on('connection', done));
	const client = io(`http://127.0.0.1:${http.address().port}`, { transports: ['websocket'] });
	const got = [];
	const next = () => new Promise((done) => client.once('counted', done));
	client.onAny((name, ...args) => got.push(`${name.replace('counted', 'none')} ${args.length}`));
	const peer = await joined;
	let done = next();
	server.emit('one', 'paid');
	peer.emit('acknowledged', 'paid', () => {});
	server.emit('counted');
	await done;
	console.log(`recovery ${recovery}, client ${version}: ${got.join(', ')}`);
	client.close();
}
process.exit();
JS
as_found <<'OUT'
recovery false, client 4.8.4: one 1, acknowledged 2, none 0
recovery true, client 4.8.4: one 2, acknowledged 2, none 1
recovery true, client 4.5.4: one 2, acknowledged 2, none 1
OUT
