#!/usr/bin/env bash
# Title: An event to an empty list of rooms goes to everybody
# Guess: to([]) reaches nobody, as to of a room in which nobody is.
# Behavior: to([]) reaches every client of the namespace, and in([]) means all of them; to(undefined), to(null) and to('') reach nobody.
# Versions: socket.io@4.8.4, socket.io-client@4.8.4
# Matters: A list of recipients that comes out empty sends one customer's event to all. The field Rooms of Realtime Broadcast goes the same way when it is empty, by an expression too: see that it gives a room.
# Source: found by running; BroadcastOperator.to adds no room, and no rooms are no restriction
. "$(dirname "$0")/lib.sh"
install socket.io@4.8.4 socket.io-client@4.8.4
program <<'JS'
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
const http = createServer();
const server = new Server(http);
await new Promise((done) => http.listen(0, '127.0.0.1', done));
const clients = [];
for (const room of ['ana', 'luis']) {
	const joined = new Promise((done) => server.once('connection', done));
	const client = io(`http://127.0.0.1:${http.address().port}`, { transports: ['websocket'], forceNew: true });
	await (await joined).join(room);
	if (!client.connected) await new Promise((done) => client.once('connect', done));
	clients.push({ room, client });
}
const written = (rooms) => JSON.stringify(rooms) ?? 'undefined';
for (const rooms of [['ana'], [], undefined, null, '']) {
	const got = [];
	const ended = clients.map(({ room, client }) => {
		client.once('invoice', () => got.push(room));
		return new Promise((done) => client.once('end', done));
	});
	server.to(rooms).emit('invoice', 7);
	server.emit('end');
	await Promise.all(ended);
	for (const { client } of clients) client.off('invoice');
	console.log(`to(${written(rooms)}): ${got.sort().join(', ') || 'nobody'}`);
}
console.log(`in([]): ${(await server.in([]).fetchSockets()).length} of ${clients.length} sockets`);
process.exit();
JS
as_found <<'OUT'
to(["ana"]): ana
to([]): ana, luis
to(undefined): nobody
to(null): nobody
to(""): nobody
in([]): 2 of 2 sockets
OUT
