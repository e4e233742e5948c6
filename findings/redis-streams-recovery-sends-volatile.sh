#!/usr/bin/env bash
# Title: Recovery through Redis streams sends volatile events later
# Guess: A volatile event reaches who is connected, and nobody afterwards, whatever the adapter.
# Behavior: The adapter in memory keeps to that. With that of Redis streams a volatile event of the time without a connection is sent after it, as any other.
# Versions: @socket.io/redis-streams-adapter@0.3.1, socket.io@4.8.4, socket.io-client@4.8.4, redis@5.12.1
# Matters: Positions, typing signs and the like that were meant for their moment start a Realtime Trigger up to two minutes late.
# Source: found by running; restoreSession of the adapter. Needs redis-server.
. "$(dirname "$0")/lib.sh"
command -v redis-server >/dev/null || { echo "needs redis-server" >&2; exit 2; }
install @socket.io/redis-streams-adapter@0.3.1 socket.io@4.8.4 socket.io-client@4.8.4 redis@5.12.1
redis-server --port 0 --unixsocket "$work/redis.sock" --save '' --dir "$work" >/dev/null &
peer=$!
program <<'JS'
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
while (!existsSync('redis.sock')) await sleep(20);
const redis = await createClient({ socket: { path: 'redis.sock' } }).connect();
for (const [title, options] of [['in memory', {}], ['Redis streams', { adapter: createAdapter(redis) }]]) {
	const http = createServer();
	const server = new Server(http, { connectionStateRecovery: {}, ...options });
	await new Promise((done) => http.listen(0, '127.0.0.1', done));
	const joined = () => new Promise((done) => server.once('connection', done));
	const first = joined();
	const client = io(`http://127.0.0.1:${http.address().port}`, { transports: ['websocket'], reconnectionDelay: 500, randomizationFactor: 0, forceNew: true });
	const peer = await first;
	// The adapter starts to read the stream a moment after the server.
	const greeting = setInterval(() => server.emit('greeting'), 50);
	await new Promise((done) => client.once('greeting', done));
	clearInterval(greeting);
	await sleep(200);
	const got = [];
	client.onAny((name) => got.push(name));
	const left = new Promise((done) => peer.once('disconnect', done));
	const again = joined();
	client.io.engine.close();
	await left;
	server.emit('kept', 1);
	server.volatile.emit('volatile', 1);
	await again;
	await sleep(200);
	console.log(`${title}: recovered ${client.recovered}, then got ${got.join(', ')}`);
	client.close();
}
process.exit();
JS
as_found <<'OUT'
in memory: recovered true, then got kept
Redis streams: recovered true, then got kept, volatile
OUT
