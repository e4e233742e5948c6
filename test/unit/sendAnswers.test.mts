import { expect, test } from 'vitest';
import { answerLine, explain } from '../../scripts/send/explain.mts';

const genuine = { badSignature: false, isRepeatable: false };
const forged = { badSignature: true, isRepeatable: false };
const said = (status: number, text: string, asked = genuine) =>
	explain({ status, text }, asked, 'data/settings.json');

/** Of n8n 2.41.1, one after the other. */
const STARTING = [
	[200, 'n8n is starting up. Please wait'],
	[
		404,
		'<!DOCTYPE html>\n<html lang="en">\n<body>\n<pre>Cannot POST /webhook/ead57d23</pre>\n</body>\n',
	],
] as const;

test('what n8n answers by itself while it starts is not called accepted', () => {
	for (const asked of [genuine, forged]) {
		for (const [status, text] of STARTING) {
			const { words, isExpected } = said(status, text, asked);
			expect(words).toMatch(/^n8n is still starting: it has stored nothing\./);
			expect(isExpected).toBe(false);
		}
	}
	expect(STARTING.map(([status, text]) => answerLine({ status, text }))).toEqual([
		'200 n8n is starting up. Please wait',
		'404 with an HTML page',
	]);
});

test.each([
	[200, '{"received":true,"id":"1"}', genuine, 'Accepted: n8n has stored', true],
	[200, '{"duplicate":true,"id":"1"}', genuine, 'n8n already had this event', true],
	[201, '{"message":"… (duplicate detected)"}', genuine, 'n8n already had this event', true],
	[200, '{"ignored":true}', genuine, "The trigger's 'Events' does not", true],
	[200, '{"received":true,"id":"1"}', forged, 'Accepted', false],
	[401, '{"error":"signature_mismatch"}', forged, 'Refused, as it should be', true],
	[401, '{"error":"signature_mismatch"}', genuine, 'The secret in data/settings.json', false],
	[
		404,
		'{"message":"The requested webhook is not registered."}',
		genuine,
		'The workflow is not published',
		false,
	],
	[503, '', genuine, 'n8n could not accept it', false],
] as const)('%i %s', (status, text, asked, words, isExpected) => {
	expect(said(status, text, asked)).toEqual({
		words: expect.stringContaining(words),
		isExpected,
	});
});
