import { createHash, createHmac } from 'node:crypto';
import { Pool } from 'undici';
import type { Soketi } from '../../test/support/soketi.mts';
import { APP } from '../../test/support/soketi.mts';
import { broadcast } from './nodes.mts';
import type { Cell } from '../rounds.mts';

/** What soketi takes in one batch. */
const BATCH = 10;

export const OURS = 'Realtime Broadcast';
export const LOOP = 'pusher, one trigger after the other';
export const LIMIT = 'undici, the same batches signed beforehand';

/** Three ways to broadcast the same items on one channel. */
export function pusherCells(soketi: Soketi, items: readonly object[]): Cell[] {
	const pusher = soketi.pusher;
	const pool = new Pool(soketi.url, { connections: 1 });
	const requests = signedBatches(items);
	return [
		{
			name: OURS,
			run: async () =>
				await broadcast(
					items,
					{
						transport: 'pusher',
						operation: 'send',
						channels: 'bench',
						event: 'tick',
						payload: 'item',
					},
					{ realtimeWebhooksPusherApi: soketi.credential },
				),
		},
		{
			name: LOOP,
			run: async () => {
				for (const item of items) await pusher.trigger('bench', 'tick', item);
			},
		},
		{
			name: LIMIT,
			// One after the other, as the order of events on one channel demands.
			run: async () => {
				for (const { path, body } of requests) {
					const headers = { 'content-type': 'application/json' };
					const answer = await pool.request({ method: 'POST', path, headers, body });
					const text = await answer.body.text();
					if (text.includes('"error"')) throw new Error(text);
				}
			},
		},
	];
}

/** `batch_events` requests for all items, ready to be sent. */
function signedBatches(items: readonly object[]): Array<{ path: string; body: string }> {
	const requests: Array<{ path: string; body: string }> = [];
	for (let start = 0; start < items.length; start += BATCH) {
		const batch = items
			.slice(start, start + BATCH)
			.map((item) => ({ channel: 'bench', name: 'tick', data: JSON.stringify(item) }));
		const body = JSON.stringify({ batch });
		const path = `/apps/${APP.appId}/batch_events`;
		const query = [
			`auth_key=${APP.key}`,
			`auth_timestamp=${Math.floor(Date.now() / 1000)}`,
			'auth_version=1.0',
			`body_md5=${createHash('md5').update(body).digest('hex')}`,
		].join('&');
		const signed = `POST\n${path}\n${query}`;
		const signature = createHmac('sha256', APP.secret).update(signed).digest('hex');
		requests.push({ path: `${path}?${query}&auth_signature=${signature}`, body });
	}
	return requests;
}
