#!/usr/bin/env bash
# Title: One Baileys message has three JSON forms
# Guess: A message is the same JSON whether it is written itself or copied first.
# Behavior: JSON.stringify of a decoded message has its time as a text and its status as a word. A copy by {...message} has the time as {low, high, unsigned} and the status as a number, while times further in are still texts. toObject has {low, high, unsigned} everywhere.
# Versions: baileys@6.7.24
# Matters: Which form a gateway built on Baileys posts depends on how it copies messages, and can change with an update. The triggers of this package read all of them.
# Source: found by running; WebMessageInfo of WAProto. Its libsignal comes from npm instead of a git address, and is not used here.
. "$(dirname "$0")/lib.sh"
overrides='{"libsignal":"npm:libsignal@6.0.0"}'
install baileys@6.7.24
program <<'JS'
import { createRequire } from 'node:module';
const { proto } = createRequire(import.meta.url)('baileys/WAProto/index.js');
const { WebMessageInfo } = proto;
const message = WebMessageInfo.decode(
	WebMessageInfo.encode({
		key: { remoteJid: '51900000000@s.whatsapp.net', id: '3EB0AA' },
		messageTimestamp: 1700000000,
		status: 3,
		message: { imageMessage: { fileLength: 12345 } },
	}).finish(),
);
for (const [way, written] of [['itself', message], ['copy', { ...message }], ['toObject', WebMessageInfo.toObject(message)]]) {
	const { messageTimestamp, status, message: content } = JSON.parse(JSON.stringify(written));
	console.log(`${way}: time ${JSON.stringify(messageTimestamp)}, status ${JSON.stringify(status)}, length ${JSON.stringify(content.imageMessage.fileLength)}`);
}
JS
as_found <<'OUT'
itself: time "1700000000", status "DELIVERY_ACK", length "12345"
copy: time {"low":1700000000,"high":0,"unsigned":true}, status 3, length "12345"
toObject: time {"low":1700000000,"high":0,"unsigned":true}, status 3, length {"low":12345,"high":0,"unsigned":true}
OUT
