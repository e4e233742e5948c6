import { describe, expect, test } from 'vitest';
import { whyNotPublicHttps } from '../../lib/net/publicUrl.ts';
import { sendWithRetry, type HttpAnswer } from '../../lib/net/retry.ts';
import {
	compileSourceAddresses,
	InvalidSourceAddressError,
} from '../../lib/receive/sourceAddress.ts';

describe('whyNotPublicHttps', () => {
	test.each([
		['https://n8n.example.com/webhook/a', undefined],
		['https://n8n.example.com:8443/webhook/a', undefined],
		['https://8.8.8.8/webhook/a', undefined],
		['http://n8n.example.com/webhook/a', 'not-https'],
		['http://127.0.0.1:5678/webhook/a', 'not-public'],
		['https://localhost/webhook/a', 'not-public'],
		['https://n8n/webhook/a', 'not-public'],
		['https://n8n.local./webhook/a', 'not-public'],
		['https://10.1.2.3/', 'not-public'],
		['https://172.31.0.1/', 'not-public'],
		['https://192.168.1.1/', 'not-public'],
		['https://169.254.169.254/', 'not-public'],
		['https://100.64.0.1/', 'not-public'],
		['https://2130706433/', 'not-public'],
		['https://0x7f.1/', 'not-public'],
		['https://[::1]/', 'not-public'],
		['https://[fd00::1]/', 'not-public'],
		['https://[::ffff:10.0.0.1]/', 'not-public'],
		['https://[2606:4700::1111]/', undefined],
		['', 'not-a-url'],
	])('%s is %s', (url, expected) => {
		expect(whyNotPublicHttps(url)).toBe(expected);
	});
});

describe('sendWithRetry', () => {
	const answers = (...statusCodes: Array<number | 'down'>) => {
		const slept: number[] = [];
		const left = [...statusCodes];
		const send = async (): Promise<HttpAnswer> => {
			const statusCode = left.shift() ?? 599;
			if (statusCode === 'down') throw new Error('connect ECONNREFUSED');
			return { statusCode, headers: statusCode === 429 ? { 'retry-after': '3' } : {}, body: null };
		};
		const sleep = async (milliseconds: number) => {
			slept.push(milliseconds);
		};
		const options = { delaysMs: [1_000, 2_000], longestDelayMs: 2_500, sleep };
		return { slept, left, run: async () => await sendWithRetry(send, options) };
	};

	test.each([200, 204, 301, 400, 401, 404, 422])('%i is final', async (statusCode) => {
		const { run, slept } = answers(statusCode, 200);
		expect((await run()).statusCode).toBe(statusCode);
		expect(slept).toEqual([]);
	});

	test('429, 5xx and no answer are tried again; Retry-After counts, within its limit', async () => {
		const { run, slept } = answers('down', 429, 200);
		expect((await run()).statusCode).toBe(200);
		expect(slept).toEqual([1_000, 2_500]);
	});

	test('the last answer is the outcome when all fail', async () => {
		const failing = answers(500, 502, 503, 200);
		expect((await failing.run()).statusCode).toBe(503);
		expect(failing.left).toEqual([200]);
		await expect(answers('down', 'down', 'down').run()).rejects.toThrow('ECONNREFUSED');
	});
});

describe('compileSourceAddresses', () => {
	test('an empty list allows every address', () => {
		expect(compileSourceAddresses(' , \n')).toBeUndefined();
	});

	test.each([
		['170.83.242.18', true],
		['::ffff:170.83.242.18', true],
		['170.83.242.19', false],
		['10.255.0.1', true],
		['2001:db8::5', true],
		['2001:db9::5', false],
		['', false],
		['not an address', false],
	])('%s: %s', (address, allowed) => {
		const check = compileSourceAddresses('170.83.242.18, 10.0.0.0/8 2001:db8::/32');
		expect(check?.(address)).toBe(allowed);
	});

	test.each(['170.83.242', '10.0.0.0/33', '10.0.0.0/8/8', 'fe80::/129', '10.0.0.0/-1', 'n8n.io'])(
		'%s is refused by name',
		(entry) => {
			expect(() => compileSourceAddresses(`10.0.0.1, ${entry}`)).toThrow(
				new InvalidSourceAddressError(entry),
			);
		},
	);
});
