#!/usr/bin/env bash
# Title: A Socket.IO client with another parser is told nothing
# Guess: A client whose parser is not the server's gets a connect_error that says so.
# Behavior: With socket.io-msgpack-parser at the server only, the client's connection is made and closed again and again: its manager tells `reconnect`, as for a success, and the socket `disconnect` with "transport close", and never connect or connect_error. The server has no `connection`.
# Versions: socket.io@4.8.4, socket.io-client@4.8.4, socket.io-msgpack-parser@3.0.2
# Matters: Realtime Trigger speaks the default parser; against such a server it says that the connection was closed during the handshake, and no check of URL or login helps.
# Source: found by running
. "$(dirname "$0")/lib.sh"
install socket.io@4.8.4 socket.io-client@4.8.4 socket.io-msgpack-parser@3.0.2
program <<'JS'
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import parser from 'socket.io-msgpack-parser';
const http = createServer();
const server = new Server(http, { parser });
await new Promise((done) => http.listen(0, '127.0.0.1', done));
const told = new Set();
server.on('connection', () => told.add('server: connection'));
for (const [title, options] of [['default parser', {}], ['the same parser', { parser }]]) {
	told.clear();
	const client = io(`http://127.0.0.1:${http.address().port}`, { transports: ['websocket'], reconnectionDelay: 20, reconnectionDelayMax: 20, forceNew: true, ...options });
	for (const name of ['connect', 'connect_error', 'disconnect']) client.on(name, (why) => told.add(`socket: ${name}${name === 'connect' ? '' : ` (${why.message ?? why})`}`));
	for (const name of ['error', 'reconnect', 'reconnect_error']) client.io.on(name, () => told.add(`manager: ${name}`));
	let closed = 0;
	await new Promise((done) => {
		client.once('connect', done);
		client.io.on('close', () => ++closed === 5 && done());
	});
	console.log(`${title}: ${[...told].sort().join(', ')}`);
	client.close();
}
process.exit();
JS
as_found <<'OUT'
default parser: manager: reconnect, socket: disconnect (transport close)
the same parser: server: connection, socket: connect
OUT
