#!/usr/bin/env bash
# Title: One volatile event ends Socket.IO's recovery
# Guess: A client is recovered if the server still has its session and what it missed.
# Behavior: The client takes the last text of the newest event for its place in the history. After a volatile event that ends in a text, or has no arguments (its name counts then), it is not recovered and gets nothing of what it missed; nor is a client that has received no event yet. A volatile event that ends in a number does no harm.
# Versions: socket.io@4.8.4, socket.io-client@4.8.4
# Matters: Where recovery is to bring back what was missed, let volatile events end in something that is no text, and send one event right after the connection.
# Source: found by running; emitEvent of socket.io-client, restoreSession of socket.io-adapter
. "$(dirname "$0")/lib.sh"
install socket.io@4.8.4 socket.io-client@4.8.4
program <<'JS'
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
const http = createServer();
const server = new Server(http, { connectionStateRecovery: {} });
await new Promise((done) => http.listen(0, '127.0.0.1', done));
const joined = () => new Promise((done) => server.once('connection', done));
for (const [title, ...events] of [
	['no event yet'],
	['an event', (peer) => peer.emit('order', 1)],
	['then volatile, a number', (peer) => peer.emit('order', 1), (peer) => peer.volatile.emit('status', 1)],
	['then volatile, a text', (peer) => peer.emit('order', 1), (peer) => peer.volatile.emit('status', 'delivered')],
	['then volatile, no argument', (peer) => peer.emit('order', 1), (peer) => peer.volatile.emit('tick')],
]) {
	const first = joined();
	const client = io(`http://127.0.0.1:${http.address().port}`, { transports: ['websocket'], reconnectionDelay: 500, randomizationFactor: 0, forceNew: true });
	const peer = await first;
	await sleep(50);
	for (const event of events) {
		const arrived = new Promise((done) => client.onAny(done));
		event(peer);
		await arrived;
		client.offAny();
	}
	let missed = 0;
	client.on('missed', () => missed++);
	const left = new Promise((done) => peer.once('disconnect', done));
	const again = joined();
	client.io.engine.close();
	await left;
	server.emit('missed', 2);
	await again;
	await sleep(100);
	console.log(`${title}: recovered ${client.recovered}, ${missed} of 1 missed event`);
	client.close();
}
process.exit();
JS
as_found <<'OUT'
no event yet: recovered false, 0 of 1 missed event
an event: recovered true, 1 of 1 missed event
then volatile, a number: recovered true, 1 of 1 missed event
then volatile, a text: recovered false, 0 of 1 missed event
then volatile, no argument: recovered false, 0 of 1 missed event
OUT
