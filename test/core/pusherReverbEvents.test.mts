import type { INode } from 'n8n-workflow';
import { beforeEach, describe, expect, it } from 'vitest';
import { authoriseWithSecret } from '../../lib/realtime/pusher/authorise.ts';
import { readPusherSettings } from '../../lib/realtime/pusher/settings.ts';
import { Reverb } from '../support/reverb.mts';
import { ReverbTests } from '../support/reverbTests.mts';
import { RunningTrigger } from '../support/socketIoTrigger.mts';

const tests = new ReverbTests();
const { closers, listen, subscriptions } = tests;
let reverb: Reverb;
beforeEach(() => void (reverb = tests.reverb));

describe('in n8n', () => {
	const start = async (parameters: INode['parameters']) => {
		const running = await RunningTrigger.start({
			parameters: { transport: 'pusher', channels: 'a', options: {}, ...parameters },
			credential: reverb.credential,
			credentialType: 'realtimeWebhooksPusherApi',
		});
		closers.push(async () => await running.close());
		return running;
	};

	it("events are wanted by Laravel Echo's names", async () => {
		const running = await start({ events: '.notification.created, OrderShipped' });
		const names = ['other', 'notification.created', 'App\\Events\\OrderShipped', 'created'];
		for (const name of names) reverb.broadcast('a', name, '{}');
		await running.until(() => running.events.length === 2);
		expect(running.events.map(({ type }) => type)).toEqual([
			'pusher.notification.created',
			'pusher.App\\Events\\OrderShipped',
		]);
	});

	it.each([
		['', "'Events' is empty"],
		['={{ [] }}', "'Events' is empty"],
		['={{ [].missing.split(",") }}', "'Events' is empty"],
		['={{ undefined }}', "'Events' is empty"],
		['={{ {} }}', "'Events' is not a text or a list of texts"],
	])('Events %j does not go live, and the parameter is named', async (events, words) => {
		await expect(start({ events })).rejects.toThrow(words);
		expect(reverb.connections).toBe(0);
	});

	it('Events and options with expressions are read before it connects, once', async () => {
		const options = { reportGaps: '={{ true }}', eventIdField: "={{ 'id' }}" };
		const running = await start({ events: "={{ ['order.*', 'x'] }}", options });
		for (let n = 1; n < 4; n += 1) {
			reverb.terminate();
			await running.until(() => running.events.length === n);
		}
		for (const id of [1, 1, 2]) reverb.broadcast('a', 'order.paid', JSON.stringify({ id }));
		await running.until(() => running.events.length === 5);
		expect(running.events.map(({ type }) => type)).toEqual([
			...['realtime.gap', 'realtime.gap', 'realtime.gap'],
			...['pusher.order.paid', 'pusher.order.paid'],
		]);
		expect(reverb.connections).toBe(4);
		expect(running.shown).not.toContain('No bridge');
	});
});

describe('presence channels', () => {
	it('are joined with an empty user_info where there is none: without, others suffer', async () => {
		const { credential } = reverb;
		const running = await RunningTrigger.start({
			parameters: { transport: 'pusher', channels: 'presence-a', events: '*', options: {} },
			credential,
			credentialType: 'realtimeWebhooksPusherApi',
		});
		closers.push(async () => await running.close());
		const [sent] = subscriptions();
		expect(JSON.parse(String(sent?.channel_data))).toEqual({ user_id: 'n8n', user_info: {} });
	});

	it('the same from whoever authorises with the secret and names no info', async () => {
		const authorise = authoriseWithSecret(readPusherSettings(reverb.credential), { userId: 'n' });
		const { channelData } = await authorise('1.1', 'presence-a', new AbortController().signal);
		expect(JSON.parse(String(channelData))).toEqual({ user_id: 'n', user_info: {} });
	});
});

describe('odd JSON', () => {
	const odd = '{"toString":1,"valueOf":1}';

	it.each([
		[
			'the members',
			'pusher_internal:subscription_succeeded',
			`{"presence":{"ids":[${odd},"ana"]}}`,
		],
		['a member', 'pusher_internal:member_added', `{"user_id":${odd}}`],
		['an error', 'pusher:error', `{"code":${odd},"message":${odd}}`],
		['a refusal', 'pusher:subscription_error', odd],
		['an event', 'e', odd],
	])('%s: what follows is heard', async (_name, event, data) => {
		const listening = await listen(['presence-a'], { reportMembers: true });
		reverb.say(JSON.stringify({ event, channel: 'presence-a', data }));
		reverb.say(`{"event":"${event}","channel":"presence-a","data":${data}}`);
		reverb.broadcast('presence-a', 'e', '"next"');
		await expect.poll(() => listening.payloads).toContain('next');
		expect(reverb.connections).toBe(1);
	});

	it('what cannot be read is dropped with a warning, at most one a minute', async () => {
		const listening = await listen(['a']);
		for (let n = 0; n < 20; n += 1) {
			reverb.say(`{"event":"pusher:connection_established","data":{"socket_id":${odd}}}`);
		}
		reverb.broadcast('a', 'e', '"next"');
		await expect.poll(() => listening.payloads).toEqual(['next']);
		expect(listening.warnings).toEqual([expect.stringContaining('could not be read')]);
		expect(reverb.connections).toBe(1);
	});
});
