#!/usr/bin/env bash
# Title: The second namespace of a Socket.IO server gets the first one's headers
# Guess: io(url, options) connects with the options that it is given.
# Behavior: A second io() to the same host and another namespace shares the first connection: its extraHeaders and query are dropped without a word, and the server sees those of the first. Only auth is its own. With forceNew all are.
# Versions: socket.io@4.8.4, socket.io-client@4.8.4
# Matters: Two shops or users in one process, told apart by a header, are one to the server. The nodes of this package share no connection between different headers.
# Source: found by running; lookup of socket.io-client keeps one Manager for a host
. "$(dirname "$0")/lib.sh"
install socket.io@4.8.4 socket.io-client@4.8.4
program <<'JS'
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
const http = createServer();
const server = new Server(http);
await new Promise((done) => http.listen(0, '127.0.0.1', done));
for (const [namespace, shop, forceNew] of [['/orders', 'one', false], ['/payments', 'two', false], ['/refunds', 'three', true]]) {
	const joined = new Promise((done) => server.of(namespace).once('connection', done));
	io(`http://127.0.0.1:${http.address().port}${namespace}`, { extraHeaders: { 'x-shop': shop }, query: { shop }, auth: { shop }, forceNew });
	const { headers, query, auth } = (await joined).handshake;
	console.log(`${namespace} of shop ${shop}${forceNew ? ', forceNew' : ''}: header ${headers['x-shop']}, query ${query.shop}, auth ${auth.shop}`);
}
process.exit();
JS
as_found <<'OUT'
/orders of shop one: header one, query one, auth one
/payments of shop two: header one, query one, auth two
/refunds of shop three, forceNew: header three, query three, auth three
OUT
