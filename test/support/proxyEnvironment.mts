import { vi } from 'vitest';

/** All that names a proxy, or hosts that need none. */
export const PROXY_VARIABLES = [
	...['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
	...['no_proxy', 'NO_PROXY', 'npm_config_http_proxy', 'npm_config_https_proxy'],
	...['npm_config_proxy', 'npm_config_no_proxy', 'NPM_CONFIG_PROXY'],
] as const;

/** Variables by name. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/** Lets this process have these proxies and no others, until `vi.unstubAllEnvs()`. */
export function stubProxies(environment: ProxyEnvironment): void {
	for (const name of PROXY_VARIABLES) vi.stubEnv(name, undefined);
	for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}
