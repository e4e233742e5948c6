#!/usr/bin/env bash
# Title: Values change on the way to Socket.IO through Redis
# Guess: An event through the Redis emitter arrives as the same event emitted by the server.
# Behavior: Numbers of 2^64 and more become others (2^64 becomes 0), an invalid date becomes 1970, bytes of typed arrays are cut; the server's own emit keeps them, or sends null for the date. The room 42 of a server is reached by the number and not by the text.
# Versions: @socket.io/redis-emitter@5.1.0, @socket.io/redis-adapter@8.3.0, socket.io@4.8.4, socket.io-client@4.8.4, redis@5.12.1
# Matters: Realtime Broadcast through Redis goes this way and so writes MessagePack by itself, and has an option for rooms that are numbers.
# Source: found by running; the emitter encodes with notepack.io. Needs redis-server.
. "$(dirname "$0")/lib.sh"
command -v redis-server >/dev/null || { echo "needs redis-server" >&2; exit 2; }
install @socket.io/redis-emitter@5.1.0 @socket.io/redis-adapter@8.3.0 socket.io@4.8.4 socket.io-client@4.8.4 redis@5.12.1
redis-server --port 0 --unixsocket "$work/redis.sock" --save '' --dir "$work" >/dev/null &
peer=$!
program <<'JS'
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdapter } from '@socket.io/redis-adapter';
import { Emitter } from '@socket.io/redis-emitter';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
while (!existsSync('redis.sock')) await sleep(20);
const clients = [0, 1, 2].map(() => createClient({ socket: { path: 'redis.sock' } }));
await Promise.all(clients.map((client) => client.connect()));
const http = createServer();
const server = new Server(http, { adapter: createAdapter(clients[0], clients[1]) });
await new Promise((done) => http.listen(0, '127.0.0.1', done));
let joined;
const ready = new Promise((done) => (joined = done));
server.on('connection', async (socket) => joined(await socket.join(42)));
const client = io(`http://127.0.0.1:${http.address().port}`, { transports: ['websocket'] });
let end;
const ended = new Promise((done) => (end = done));
client.on('value', (way, value) => console.log(way, JSON.stringify(value)));
client.on('end', () => end());
await ready;
const emitter = new Emitter(clients[2]);
const value = { number: 2 ** 64, date: new Date(NaN), bytes: new Uint16Array([1, 258]) };
emitter.emit('value', 'redis', value);
emitter.to('42').emit('value', 'room by text', 1);
emitter.to(42).emit('value', 'room by number', 1);
emitter.emit('end');
await ended;
await new Promise((done) => client.once('value', done) && server.emit('value', 'server', value));
process.exit();
JS
as_found <<'OUT'
redis {"number":0,"date":"1970-01-01T00:00:00.000Z","bytes":{"type":"Buffer","data":[1,2]}}
room by number 1
server {"number":18446744073709552000,"date":null,"bytes":{"type":"Buffer","data":[1,0,2,1]}}
OUT
