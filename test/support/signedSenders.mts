import { createHmac } from 'node:crypto';
import type { Sent } from '../conformance/provider.mts';

/** How a sender signs one delivery. */
export interface Signing {
	readonly secret: string;
	/** @default now */
	readonly at?: Date;
}

type Algorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** HMAC by node:crypto, independent of the code under test. */
export function hmac(
	secret: string,
	text: string | Buffer,
	encoding: 'hex' | 'base64' | 'base64url' = 'hex',
	algorithm: Algorithm = 'sha256',
): string {
	return createHmac(algorithm, secret).update(text).digest(encoding);
}

export function unixSeconds(at = new Date()): string {
	return String(Math.floor(at.getTime() / 1000));
}

/** Senders of signed webhooks as their pages describe them, by scheme. */
export const senders = {
	slack: (body: string, { secret, at }: Signing): Sent => {
		const timestamp = unixSeconds(at);
		return {
			body,
			headers: {
				'x-slack-request-timestamp': timestamp,
				'x-slack-signature': `v0=${hmac(secret, `v0:${timestamp}:${body}`)}`,
			},
		};
	},
	pusher: (body: string, { secret }: Signing, key = '278d425bdf160c739803'): Sent => ({
		body,
		headers: { 'x-pusher-key': key, 'x-pusher-signature': hmac(secret, body) },
	}),
	frappe: (body: string, { secret }: Signing): Sent => ({
		body,
		headers: { 'x-frappe-webhook-signature': hmac(secret, body, 'base64') },
	}),
	line: (body: string, { secret }: Signing): Sent => ({
		body,
		headers: { 'x-line-signature': hmac(secret, body, 'base64') },
	}),
	meta: (body: string, { secret }: Signing): Sent => ({
		body,
		headers: { 'x-hub-signature-256': `sha256=${hmac(secret, body)}` },
	}),
	mercadoPago: (
		body: string,
		{ secret, at }: Signing,
		{ id = '123', requestId = 'request-1', ts = unixSeconds(at) } = {},
	): Sent => {
		const manifest = `${id && `id:${id};`}${requestId && `request-id:${requestId};`}ts:${ts};`;
		return {
			body,
			query: id === '' ? '?type=payment' : `?data.id=${encodeURIComponent(id)}&type=payment`,
			headers: {
				'x-signature': `ts=${ts},v1=${hmac(secret, manifest)}`,
				...(requestId === '' ? {} : { 'x-request-id': requestId }),
			},
		};
	},
	convoySimple: (body: string, { secret }: Signing): Sent => ({
		body,
		headers: { 'x-convoy-signature': hmac(secret, body) },
	}),
	convoy: (body: string, { secret, at }: Signing): Sent => {
		const timestamp = unixSeconds(at);
		return {
			body,
			headers: {
				'x-convoy-signature': `t=${timestamp},v1=${hmac(secret, `${timestamp},${body}`)}`,
			},
		};
	},
	hook0: (
		body: string,
		{ secret, at }: Signing,
		covered: Readonly<Record<string, string>>,
	): Sent => {
		const timestamp = unixSeconds(at);
		const names = Object.keys(covered).sort();
		const values = names.map((name) => covered[name]).join('.');
		const v1 = hmac(secret, `${timestamp}.${names.join(' ')}.${values}.${body}`);
		return {
			body,
			headers: {
				...covered,
				'x-hook0-signature': `t=${timestamp},h=${names.join(' ')},v1=${v1}`,
			},
		};
	},
} as const;
