#!/usr/bin/env bash
# Title: A minor update of mercadopago refuses what it accepted before
# Guess: Within one major version the same signed notification has the same verdict.
# Behavior: 3.1.0 puts data.id into the signed text in small letters, 3.2.1 as it came. With toleranceSeconds both read `ts` as milliseconds, 3.6.1 as seconds, and refuse the other form as too old or too new.
# Versions: mercadopago@3.1.0, mercadopago@3.2.1, mercadopago@3.6.1
# Matters: Order IDs with capitals, and any notification where a tolerance is set, turn from genuine to refused by an npm update. Check a recorded notification after each one.
# Source: found by running; WebhookSignatureValidator.validate; https://github.com/mercadopago/sdk-nodejs/pull/439 and issue 458
. "$(dirname "$0")/lib.sh"
install mercadopago-3.1.0@npm:mercadopago@3.1.0 mercadopago-3.2.1@npm:mercadopago@3.2.1 mercadopago-3.6.1@npm:mercadopago@3.6.1
program <<'JS'
import { createHmac } from 'node:crypto';
const notifications = {
	'id as it came': { ts: '1700000000', signed: 'ORD01ABC' },
	'id in small letters': { ts: '1700000000', signed: 'ord01abc' },
	'ts in seconds': { ts: '1700000000', signed: '123', toleranceSeconds: 300 },
	'ts in milliseconds': { ts: '1700000000000', signed: '123', toleranceSeconds: 300 },
};
for (const [title, { ts, signed, toleranceSeconds }] of Object.entries(notifications)) {
	const verdicts = [];
	for (const version of ['3.1.0', '3.2.1', '3.6.1']) {
		const { default: mercadopago, WebhookSignatureValidator = mercadopago.WebhookSignatureValidator } = await import(`mercadopago-${version}`);
		const v1 = createHmac('sha256', 'invented').update(`id:${signed};request-id:r1;ts:${ts};`).digest('hex');
		let verdict = 'genuine';
		try {
			WebhookSignatureValidator.validate({ xSignature: `ts=${ts},v1=${v1}`, xRequestId: 'r1', dataId: signed.toUpperCase(), secret: 'invented', toleranceSeconds, now: () => 1700000000000 });
		} catch (error) {
			verdict = error.reason;
		}
		verdicts.push(`${version} ${verdict}`);
	}
	console.log(`${title}: ${verdicts.join(', ')}`);
}
JS
as_found <<'OUT'
id as it came: 3.1.0 SignatureMismatch, 3.2.1 genuine, 3.6.1 genuine
id in small letters: 3.1.0 genuine, 3.2.1 SignatureMismatch, 3.6.1 SignatureMismatch
ts in seconds: 3.1.0 TimestampOutOfTolerance, 3.2.1 TimestampOutOfTolerance, 3.6.1 genuine
ts in milliseconds: 3.1.0 genuine, 3.2.1 genuine, 3.6.1 TimestampOutOfTolerance
OUT
