/**
 * The proxy for requests to an origin.
 *
 * @returns its address as it was configured; undefined where there is to be none
 */
export type ProxyFor = (origin: URL) => string | undefined;

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Reads the proxies as n8n's own HTTP requests do, by the rules of `proxy-from-env` 1.1
 * (https://github.com/Rob--W/proxy-from-env): lower case before upper case, npm's setting first,
 * `ALL_PROXY` last.
 *
 * @param environment variables by name, such as `process.env`
 * @returns undefined where no proxy is configured at all
 */
export function proxyFromEnvironment(
	environment: Readonly<Record<string, string | undefined>>,
): ProxyFor | undefined {
	const read = (...names: string[]): string => {
		const values = names.flatMap((name) => [environment[name], environment[name.toUpperCase()]]);
		return values.find((value) => value !== undefined && value !== '') ?? '';
	};
	const forAll = read('npm_config_proxy', 'all_proxy');
	const proxies: Readonly<Record<string, string>> = {
		'http:': read('npm_config_http_proxy', 'http_proxy') || forAll,
		'https:': read('npm_config_https_proxy', 'https_proxy') || forAll,
	};
	if (Object.values(proxies).every((proxy) => proxy === '')) return undefined;
	const exceptions = read('npm_config_no_proxy', 'no_proxy').toLowerCase();
	return (origin) => {
		const proxy = proxies[origin.protocol] ?? '';
		if (proxy === '' || isException(origin, exceptions)) return undefined;
		return proxy.includes('://') ? proxy : `${origin.protocol}//${proxy}`;
	};
}

/** `NO_PROXY`: `*`, or names with an optional port; `.name` and `*name` stand for endings. */
function isException({ protocol, hostname, port }: URL, exceptions: string): boolean {
	if (exceptions === '*') return true;
	const ownPort = port === '' ? DEFAULT_PORTS[protocol] : Number(port);
	return exceptions.split(/[,\s]/).some((entry) => {
		if (entry === '') return false;
		const [, name = entry, onPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
		if (onPort !== undefined && Number(onPort) !== 0 && Number(onPort) !== ownPort) return false;
		return /^[.*]/.test(name) ? hostname.endsWith(name.replace(/^\*/, '')) : hostname === name;
	});
}
