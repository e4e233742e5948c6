/**
 * Since when this process runs n8n's executions.
 *
 * @returns undefined where others run them too (queue mode, several mains): then nobody here can tell
 * whether an execution that started before is still alive
 * @see https://docs.n8n.io/hosting/configuration/environment-variables/executions/
 */
export function upSince(): Date | undefined {
	const { EXECUTIONS_MODE: mode, N8N_MULTI_MAIN_SETUP_ENABLED: severalMains } = process.env;
	if (mode === 'queue' || severalMains === 'true') return undefined;
	return new Date(Date.now() - process.uptime() * 1_000);
}
