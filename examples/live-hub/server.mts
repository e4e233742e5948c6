import { startHub } from './hub.mts';
import { readSource } from './source.mts';

const { HUB_PORT = '3400', HUB_HOST = '127.0.0.1', HUB_TOKEN, HUB_PUBLIC_HOSTS = '' } = process.env;
const { HUB_SOURCE, HUB_HISTORY_URL, HUB_HISTORY_KEY = '', HUB_REPLAY_URL } = process.env;

try {
	const hub = await startHub({
		port: Number(HUB_PORT),
		host: HUB_HOST,
		token: HUB_TOKEN,
		publicHosts: HUB_PUBLIC_HOSTS.split(',').filter(Boolean),
		...(HUB_SOURCE ? { source: readSource(HUB_SOURCE) } : {}),
		n8n: {
			...(HUB_HISTORY_URL ? { history: { url: HUB_HISTORY_URL, key: HUB_HISTORY_KEY } } : {}),
			...(HUB_REPLAY_URL ? { replay: HUB_REPLAY_URL } : {}),
		},
	});
	process.stdout.write(`Live page:   ${hub.url}\nPublishers:  ${hub.url} (event name: event)\n`);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void hub.close());
} catch (error) {
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	const reason =
		code === 'EADDRINUSE'
			? `Port ${HUB_PORT} is taken. Set HUB_PORT to a free port.`
			: `The hub could not start: ${error instanceof Error ? error.message : String(error)}`;
	process.stderr.write(`${reason}\n`);
	process.exitCode = 1;
}
