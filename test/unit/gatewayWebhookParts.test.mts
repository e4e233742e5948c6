import { describe, expect, test } from 'vitest';
import { inLanes } from '../../lib/flow/sequence.ts';
import { maskedUrl, viewOf } from '../../lib/registration/webhookAccount.ts';
import { webhookUrlHint } from '../../nodes/Subscription/gatewayWebhook/webhookOrder.ts';

describe('a webhook as it may be shown', () => {
	test.each([
		['https://crm.example.com/hook', 'https://crm.example.com/hook'],
		['https://crm.example.com/hook/', 'https://crm.example.com/hook/'],
		['https://crm.example.com', 'https://crm.example.com'],
		['https://c.example/h?token=s3cret&id=s3cret', 'https://c.example/h?token=***&id=***'],
		['https://c.example/h?t=s3cret&t=s3cret', 'https://c.example/h?t=***&t=***'],
		['https://c.example/h?s3cret', 'https://c.example/h?***'],
		['https://c.example/h?s3cret=&a=s3cret=s3cret', 'https://c.example/h?***&a=***'],
		['https://c.example/h?=s3cret', 'https://c.example/h?***'],
		['https://user:s3cret@c.example/h', 'https://***:***@c.example/h'],
		['https://:s3cret@c.example/h', 'https://:***@c.example/h'],
		['https://c.example/h#s3cret', 'https://c.example/h'],
		['not an address?s3cret', 'not an address'],
		['http://[broken?token=s3cret#s3cret', 'http://[broken'],
	])('%s is shown as %s', (url, shown) => {
		expect(maskedUrl(url)).toBe(shown);
		expect(shown).not.toContain('s3cret');
	});

	test.each([
		['current', 'current'],
		['previous', 'previous'],
		['else', 'other'],
		['', 'none'],
		[null, 'none'],
		[undefined, 'notShown'],
	])('the secret %j is told as %s', (secret, word) => {
		const options = { secrets: ['current', 'previous'], showQuery: false };
		const found = { url: 'https://c.example/h', enabled: true, secret };
		expect(viewOf(found, options)).toEqual({ url: found.url, enabled: true, secret: word });
	});
});

describe('tasks in lanes', () => {
	/** A task that ends when it is told to. */
	function heldTask(lane: string, log: string[], name: string) {
		const held = { end: (_value: string) => {}, fail: (_error: Error) => {} };
		const done = new Promise<string>((resolve, reject) => {
			held.end = resolve;
			held.fail = reject;
		});
		const run = async () => {
			log.push(name);
			return await done;
		};
		return { lane, run, ...held };
	}

	const turn = async () => await new Promise((resolve) => setImmediate(resolve));

	test('so many lanes at a time, one task of a lane after the other, outcomes in order', async () => {
		const log: string[] = [];
		const names = ['a1', 'a2', 'b1', 'c1', 'a3'];
		const tasks = names.map((name) => heldTask(name.slice(0, 1), log, name));
		const outcomes = inLanes(tasks, { most: 2, mayStart: () => true });
		await turn();
		expect(log).toEqual(['a1', 'b1']);
		tasks[2]?.fail(new Error('b1 failed'));
		await turn();
		expect(log).toEqual(['a1', 'b1', 'c1']);
		for (const index of [0, 1, 3, 4]) tasks[index]?.end(names[index] ?? '');
		expect((await outcomes).map((one) => one?.status)).toEqual([
			'fulfilled',
			'fulfilled',
			'rejected',
			'fulfilled',
			'fulfilled',
		]);
		expect(log).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
	});

	test('what may not start any more has no outcome', async () => {
		let left = 2;
		const tasks = ['a', 'b', 'c'].map((lane) => ({ lane, run: async () => lane }));
		const outcomes = await inLanes(tasks, { most: 1, mayStart: () => left-- > 0 });
		expect(outcomes.map((one) => one?.status)).toEqual(['fulfilled', 'fulfilled', undefined]);
		expect(await inLanes([], { most: 5, mayStart: () => true })).toEqual([]);
	});
});

describe('addresses that a gateway may not reach', () => {
	test.each([
		['http://localhost:5678/webhook/a', 'http://waha:3000', 'its own machine or container'],
		['http://127.0.0.1:5678/webhook/a', 'https://evo.example.com', 'its own machine or container'],
		['https://n8n.example.com/webhook-test/a', 'http://waha:3000', 'is a test URL'],
		['http://192.168.1.7:5678/webhook/a', 'https://evo.example.com', 'has a public one'],
	])('%s at %s', (url, gateway, words) => {
		expect(webhookUrlHint(url, gateway)).toContain(words);
	});

	test.each([
		['http://localhost:5678/webhook/a', 'http://127.0.0.1:8080'],
		['http://n8n:5678/webhook/a', 'http://waha:3000'],
		['https://n8n.example.com/webhook/a', 'https://evo.example.com'],
		['https://n8n.example.com/webhook/a', 'not an address'],
	])('nothing speaks against %s at %s', (url, gateway) => {
		expect(webhookUrlHint(url, gateway)).toBeUndefined();
	});
});
