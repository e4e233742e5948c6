import fc from 'fast-check';
import { request } from 'node:http';
import { receivedMessage, sign } from './inboxHub.mts';

/**
 * Without XML: n8n's own reader shares one XML parser between requests, and after a body that is no XML
 * it may never answer the next one, before any node is asked.
 */
const TYPES = [
	'application/json',
	'application/json; charset=utf-8',
	'application/octet-stream',
	'text/plain',
	'application/x-www-form-urlencoded',
	'application/vnd.api+json',
	'multipart/mixed; boundary=x',
	'nonsense',
	'',
];

/** A request that is not answered within this has been forgotten, in milliseconds. */
const ANSWER_LIMIT_MS = 30_000;

/** Posts exactly these bytes; gives the status of the answer. */
export async function sendBytes(
	url: string,
	headers: Record<string, string>,
	body: Buffer,
): Promise<number> {
	return await new Promise((resolve, reject) => {
		const outgoing = request(url, { method: 'POST', headers }, (answer) => {
			answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
		});
		outgoing.setTimeout(ANSWER_LIMIT_MS, () => {
			outgoing.destroy(
				new Error(`no answer to ${JSON.stringify(headers)} ${body.toString('hex')}`),
			);
		});
		outgoing.once('error', reject).end(body);
	});
}

/** Bytes, JSON, or a genuine message: none of them signed with the secret. */
export const anyBody = fc.oneof(
	fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
	fc.json().map((json) => Buffer.from(json)),
	fc.constant(Buffer.from(JSON.stringify(receivedMessage()))),
);
const token = fc.stringMatching(/^[a-zA-Z0-9=,;._ -]{0,100}$/);
const signatures = fc.oneof(
	token,
	fc.stringMatching(/^(sha256=|SHA256=|sha512=)?[0-9a-fA-F]{60,68}$/),
	anyBody.map((body) => sign(body, 'not the secret')),
);
/** Headers as a forger might try them. */
export const anyHeaders = fc.record(
	{
		'content-type': fc.constantFrom(...TYPES),
		'x-webhook-signature': signatures,
		'x-signature': signatures,
		'x-webhook-event': token,
		'x-webhook-timestamp': token,
		'x-forwarded-for': token,
	},
	{ requiredKeys: [] },
);
