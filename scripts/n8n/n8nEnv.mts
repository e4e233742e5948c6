import { envWithNode24 } from '../support/paths.mts';
import { LOOPBACK } from '../support/ports.mts';

/**
 * Settings that n8n reads and that the caller's shell (or a test runner) may hold: none of them
 * may reach the n8n that is started here.
 */
const NOT_INHERITED =
	/^(N8N_|DB_|QUEUE_|EXECUTIONS_|WEBHOOK_|CREDENTIALS_|NODES_|NODE_|OFFLOAD_|EXTERNAL_|GENERIC_|VITEST|npm_|CI$|INIT_CWD$)/;

export interface N8nEnvOptions {
	port: number;
	/** Port of the task broker; n8n's default 5679 collides as soon as there are two n8n. */
	brokerPort: number;
	/** n8n keeps everything in `<userFolder>/.n8n`. */
	userFolder: string;
	encryptionKey: string;
	/** Wins over everything else. */
	env?: Record<string, string>;
}

/** The environment of an n8n that listens on 127.0.0.1 and sends no telemetry. */
export function n8nEnv(options: N8nEnvOptions): NodeJS.ProcessEnv {
	const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name));
	return {
		...envWithNode24(Object.fromEntries(inherited)),
		NODE_ENV: 'production',
		N8N_USER_FOLDER: options.userFolder,
		N8N_ENCRYPTION_KEY: options.encryptionKey,
		N8N_PORT: String(options.port),
		N8N_HOST: LOOPBACK,
		N8N_LISTEN_ADDRESS: LOOPBACK,
		N8N_RUNNERS_BROKER_PORT: String(options.brokerPort),
		N8N_RUNNERS_BROKER_LISTEN_ADDRESS: LOOPBACK,
		N8N_SECURE_COOKIE: 'false', // the editor is served over plain http
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIDE_USAGE_PAGE: 'true',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '10',
		EXTERNAL_FRONTEND_HOOKS_URLS: '',
		...options.env,
	};
}
