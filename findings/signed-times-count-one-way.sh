#!/usr/bin/env bash
# Title: What a webhook library calls a tolerance for the time counts one way, or not at all
# Guess: A signed time is held against the clock in both directions.
# Behavior: stripe and @paddle/paddle-node-sdk accept any time in the future; discord-interactions accepts any time, of ten years ago too.
# Versions: stripe@23.1.0 @paddle/paddle-node-sdk@3.10.0 discord-interactions@4.4.0
# Matters: Receivers that trust the library to keep replays out: one request that a sender signed with a wrong clock, or any at all, can be sent again for years.
# Source: found by running; webhooks.constructEvent, webhooks.isSignatureValid, verifyKey
. "$(dirname "$0")/lib.sh"
install stripe@23.1.0 @paddle/paddle-node-sdk@3.10.0 discord-interactions@4.4.0
program <<'JS'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import Stripe from 'stripe';
import { Paddle } from '@paddle/paddle-node-sdk';
import { verifyKey } from 'discord-interactions';
const secret = 'invented';
const body = '{"id":"evt_1","object":"event","type":"charge.succeeded"}';
const hmac = (text) => createHmac('sha256', secret).update(text).digest('hex');
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
const stripe = new Stripe('sk_test_invented');
const { webhooks } = new Paddle('invented');
const libraries = {
	stripe: (at) => {
		try {
			return Boolean(stripe.webhooks.constructEvent(body, `t=${at},v1=${hmac(`${at}.${body}`)}`, secret));
		} catch {
			return false;
		}
	},
	'@paddle/paddle-node-sdk': (at) => webhooks.isSignatureValid(body, secret, `ts=${at};h1=${hmac(`${at}:${body}`)}`),
	'discord-interactions': (at) => {
		const signature = sign(null, Buffer.from(`${at}${body}`), privateKey).toString('hex');
		return verifyKey(body, signature, String(at), key);
	},
};
const tenYears = 10 * 365 * 86_400;
for (const [name, accepts] of Object.entries(libraries)) {
	const told = [];
	for (const [when, seconds] of [['now', 0], ['ten years ago', -tenYears], ['in ten years', tenYears]]) {
		told.push(`${when} ${(await accepts(Math.floor(Date.now() / 1000) + seconds)) ? 'accepted' : 'refused'}`);
	}
	console.log(`${name}: ${told.join(', ')}`);
}
JS
as_found <<'OUT'
stripe: now accepted, ten years ago refused, in ten years accepted
@paddle/paddle-node-sdk: now accepted, ten years ago refused, in ten years accepted
discord-interactions: now accepted, ten years ago accepted, in ten years accepted
OUT
