import { expect, test } from 'vitest';
import { DELIVERIES } from '../../scripts/send/deliveries.mts';

const send = (id: string, isRepeatable: boolean) => {
	const request = { as: 'yape', text: 'x', id, from: '5', badSignature: false } as const;
	const { body } = DELIVERIES.yape({ ...request, isRepeatable }, 'secret');
	return Date.parse((JSON.parse(body) as { posted_at: string }).posted_at);
};

test('a payment that npm run send makes up is of now, so that the live page counts it as one', () => {
	expect(Math.abs(Date.now() - send('A1', false))).toBeLessThan(60_000);
});

test('with --id the phone tells the same second each time', () => {
	expect(send('A1', true)).toBe(send('A1', true));
	expect(send('A1', true)).not.toBe(send('A2', true));
});
