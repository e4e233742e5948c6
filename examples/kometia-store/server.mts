import { startStore } from './store.mts';

const { STORE_PORT = '3310', STORE_API_KEY, STORE_NAME, STORE_WEBHOOK_URL } = process.env;

try {
	if (!STORE_API_KEY) throw new Error('Set STORE_API_KEY to the key that the API shall ask for.');
	const store = await startStore({
		port: Number(STORE_PORT),
		apiKey: STORE_API_KEY,
		name: STORE_NAME,
		webhookUrl: STORE_WEBHOOK_URL,
	});
	process.stdout.write(`Base URL:  ${store.baseUrl}\nOrders:    POST ${store.url}/admin/orders\n`);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => void store.close());
	}
} catch (error) {
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	const reason =
		code === 'EADDRINUSE'
			? `Port ${STORE_PORT} is taken. Set STORE_PORT to a free port.`
			: `The store could not start: ${error instanceof Error ? error.message : String(error)}`;
	process.stderr.write(`${reason}\n`);
	process.exitCode = 1;
}
