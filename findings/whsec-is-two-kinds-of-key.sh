#!/usr/bin/env bash
# Title: One whsec_ secret is two different keys
# Guess: whsec_ says how the secret is to be read.
# Behavior: Standard Webhooks takes what stands behind whsec_ as base64; Stripe takes the whole text, prefix included, as the key. A hex secret without prefix is read as base64 by standardwebhooks too, without a word.
# Versions: standardwebhooks@1.1.1, stripe@23.1.0
# Matters: The same secret field signs differently at two providers; a receiver has to know the scheme, not the look of the secret.
# Source: found by running; Webhook.sign, webhooks.generateTestHeaderString
. "$(dirname "$0")/lib.sh"
install standardwebhooks@1.1.1 stripe@23.1.0
program <<'JS'
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
const key = Buffer.alloc(32, 'invented key ');
const secret = `whsec_${key.toString('base64')}`;
const hmac = (k, text, form) => createHmac('sha256', k).update(text).digest(form);
const at = new Date(1700000000000);
const readAs = (signed, text, form, named) =>
	Object.keys(named).find((name) => signed.endsWith(hmac(named[name], text, form)));
const ours = new Webhook(secret).sign('m', at, '{}');
console.log('standardwebhooks:', readAs(ours, 'm.1700000000.{}', 'base64', { base64: key, text: secret }));
const stripe = new Stripe('sk_test_invented').webhooks.generateTestHeaderString({ payload: '{}', secret, timestamp: 1700000000 });
console.log('stripe:', readAs(stripe, '1700000000.{}', 'hex', { base64: key, text: secret }));
const hex = '0123456789abcdef0123456789abcdef';
const third = new Webhook(hex).sign('m', at, '{}');
console.log('standardwebhooks, hex:', readAs(third, 'm.1700000000.{}', 'base64', { hex: Buffer.from(hex, 'hex'), text: hex, base64: Buffer.from(hex, 'base64') }));
JS
as_found <<'OUT'
standardwebhooks: base64
stripe: text
standardwebhooks, hex: base64
OUT
