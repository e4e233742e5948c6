#!/usr/bin/env bash
# Title: How a charset is written decides whether the CloudEvents SDK reads an event
# Guess: Parameters of a content type may be written in any case and with or without a blank.
# Behavior: Only "; charset=utf-8", with the blank and in small letters, or no parameter at all, is known. With UTF-8 or without the blank a structured event throws a ValidationError, and the data of a binary one stays a text.
# Versions: cloudevents@10.0.0
# Matters: A sender or proxy that writes UTF-8 in capitals makes genuine events fail. Receivers with this SDK cut the content type at the semicolon first.
# Source: found by running; parserByContentType of cloudevents
. "$(dirname "$0")/lib.sh"
install cloudevents@10.0.0
program <<'JS'
import { HTTP } from 'cloudevents';
const attributes = { specversion: '1.0', id: '1', source: '/shop', type: 'order.paid' };
const binary = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
const data = { amount: 50 };
for (const charset of ['', '; charset=utf-8', '; charset=UTF-8', ';charset=utf-8']) {
	let structured;
	try {
		structured = typeof HTTP.toEvent({ headers: { 'content-type': `application/cloudevents+json${charset}` }, body: JSON.stringify({ ...attributes, data }) }).data;
	} catch (error) {
		structured = `throws ${error.constructor.name}`;
	}
	const plain = HTTP.toEvent({ headers: { ...binary, 'content-type': `application/json${charset}` }, body: JSON.stringify(data) });
	console.log(`"${charset}": structured ${structured}, binary ${typeof plain.data}`);
}
JS
as_found <<'OUT'
"": structured object, binary object
"; charset=utf-8": structured object, binary object
"; charset=UTF-8": structured throws ValidationError, binary string
";charset=utf-8": structured throws ValidationError, binary string
OUT
