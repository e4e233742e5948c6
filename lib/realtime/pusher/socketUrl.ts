import type { PusherSettings } from './settings';

/** The version that servers see; the protocol's own is 7. */
const CLIENT = 'protocol=7&client=n8n&version=1';

/** Headers of the handshake. */
export function socketHeaders({ origin }: PusherSettings): Record<string, string> {
	return origin === '' ? {} : { origin };
}

/** `ws(s)://…/app/{key}?…`, where an app's clients connect. */
export function socketUrl({ socketOrigin, path, key }: PusherSettings): string {
	const origin = socketOrigin.replace(/^http/, 'ws');
	return `${origin}${path}/app/${encodeURIComponent(key)}?${CLIENT}`;
}
