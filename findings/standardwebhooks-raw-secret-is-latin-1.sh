#!/usr/bin/env bash
# Title: A raw secret with an accent is another key in standardwebhooks
# Guess: A secret that is a text is its UTF-8 bytes, as everywhere in HMAC libraries.
# Behavior: With the format raw each character becomes one byte, the low one of its code: ñ is Latin-1, and of an emoji half of it. Secrets in ASCII are the same in both.
# Versions: standardwebhooks@1.1.1
# Matters: `contraseña` signs otherwise here than at senders that use UTF-8, this package among them; keep secrets in ASCII, or use whsec_.
# Source: found by running; the constructor of Webhook
. "$(dirname "$0")/lib.sh"
install standardwebhooks@1.1.1
program <<'JS'
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
const at = new Date(1700000000000);
for (const secret of ['clave-inventada', 'contraseña-inventada', 'clave-🔑']) {
	const signature = new Webhook(secret, { format: 'raw' }).sign('m', at, '{}').slice(3);
	const key = ['utf8', 'latin1'].filter((form) => createHmac('sha256', Buffer.from(secret, form)).update('m.1700000000.{}').digest('base64') === signature);
	console.log(`${secret}: ${key.join(' and ') || 'neither utf8 nor latin1'}`);
}
JS
as_found <<'OUT'
clave-inventada: utf8 and latin1
contraseña-inventada: latin1
clave-🔑: neither utf8 nor latin1
OUT
