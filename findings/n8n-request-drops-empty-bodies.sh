#!/usr/bin/env bash
# Title: n8n's request helper sends {} and [] as nothing
# Guess: The body {} arrives as {}, and a text arrives as that text.
# Behavior: An empty object or list is sent as an empty body, with a JSON content type, too. A text of JSON without a content type goes as a form, and a text that is no JSON, with the type of JSON, gets quotes. A Buffer goes as it is.
# Versions: @n8n/backend-network@1.15.1, @n8n/di@0.17.0 (of n8n-core 2.41.1), reflect-metadata@0.2.2
# Matters: Nodes that register webhooks at an API which wants a JSON body get a 400, and a signature over the body is wrong. Send a Buffer and name the content type.
# Source: found by running; helpers.httpRequest of n8n-core calls this OutboundHttp
. "$(dirname "$0")/lib.sh"
install @n8n/backend-network@1.15.1 @n8n/di@0.17.0 reflect-metadata@0.2.2
program <<'JS'
import 'reflect-metadata';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
const require = createRequire(import.meta.url);
const { OutboundHttp } = require('@n8n/backend-network');
const { Container } = require('@n8n/di');
const http = createServer(async (request, response) => {
	response.setHeader('content-type', 'text/plain').end(`"${await text(request)}" as ${request.headers['content-type']}`);
});
await new Promise((done) => http.listen(0, '127.0.0.1', done));
const url = `http://127.0.0.1:${http.address().port}`;
const requests = Container.get(OutboundHttp).requests();
const json = { 'content-type': 'application/json' };
for (const [body, headers] of [[{}, json], [[], json], [{ a: 1 }, {}], ['{"a":1}', {}], ['hola', json], [Buffer.from('{}'), json]]) {
	const sent = Buffer.isBuffer(body) ? 'Buffer {}' : JSON.stringify(body);
	console.log(`${sent}, ${headers['content-type'] ?? 'no content type'}: ${await requests.request({ method: 'POST', url, body, headers })}`);
}
process.exit();
JS
as_found <<'OUT'
{}, application/json: "" as application/json
[], application/json: "" as application/json
{"a":1}, no content type: "{"a":1}" as application/json
"{\"a\":1}", no content type: "{"a":1}" as application/x-www-form-urlencoded
"hola", application/json: ""hola"" as application/json
Buffer {}, application/json: "{}" as application/json
OUT
