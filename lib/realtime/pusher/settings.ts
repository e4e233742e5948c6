import { lowerCaseNames, readHeadersField, readPathField } from '../../net/credentialFields';
import { settingsError } from './failure';

/** A checked Pusher app with the server that it is at. */
export interface PusherSettings {
	readonly server: PusherServer;
	readonly appId: string;
	readonly key: string;
	readonly secret: string;
	/** `http(s)://host[:port]` where WebSockets are opened: safe to show. */
	readonly socketOrigin: string;
	/** The same of the HTTP API. */
	readonly apiOrigin: string;
	/** In front of every path of the server, such as `/realtime`; empty for none. */
	readonly path: string;
	/** `Origin` of the WebSocket's handshake, such as `https://app.example.com`; empty for none. */
	readonly origin: string;
	/** Whole address that authorises channels; undefined: they are authorised with the secret. */
	readonly authEndpoint: string | undefined;
	/** Sent to the address that authorises channels; names in lower case. */
	readonly authHeaders: Readonly<Record<string, string>>;
	/** 32 bytes, for `private-encrypted-` channels. */
	readonly masterKey: Buffer | undefined;
}

const SERVERS: readonly PusherServer[] = ['anycable', 'auto', 'pusher', 'reverb', 'soketi'];

const DEFAULT_CLUSTER = 'mt1';

const MASTER_KEY_BYTES = 32;

/**
 * Reads the fields of the credential 'Pusher API' as the user filled them in.
 *
 * @throws {PusherError} of kind `settings` that names the field by its label, never its content
 */
export function readPusherSettings(fields: Readonly<Record<string, unknown>>): PusherSettings {
	const host = text(fields.host);
	const tls = fields.tls !== false;
	const origin = host === '' ? undefined : readOrigin(host, fields.port, tls);
	const cluster = origin === undefined ? readCluster(fields.cluster) : '';
	return {
		server: readServer(fields.server, origin !== undefined),
		appId: readAppId(fields.appId),
		key: readKey(fields.key),
		secret: text(fields.secret),
		socketOrigin: origin ?? `https://ws-${cluster}.pusher.com`,
		apiOrigin: origin ?? `https://api-${cluster}.pusher.com`,
		path: readPath(fields.path),
		origin: readFrontEnd(fields.origin),
		authEndpoint: readAuthEndpoint(fields.authEndpoint, origin),
		authHeaders: lowerCaseNames(
			readHeadersField(
				'Auth Headers',
				fields.authHeaders,
				'{"Authorization": "Bearer …"}',
				settingsError,
			),
		),
		masterKey: readMasterKey(fields.encryptionMasterKey),
	};
}

/** @throws {PusherError} where the HTTP API cannot be called with the credential */
export function assertApiSettings({ appId, secret }: PusherSettings): void {
	if (appId === '') throw settingsError('App ID', 'is empty', 'Requests to the server need it.');
	if (secret === '') {
		throw settingsError('Secret', 'is empty', 'Requests to the server are signed with it.');
	}
}

function readServer(value: unknown, hasHost: boolean): PusherServer {
	const server = SERVERS.find((known) => known === value) ?? 'auto';
	return server === 'auto' && !hasHost ? 'pusher' : server;
}

function readOrigin(host: string, port: unknown, tls: boolean): string {
	const address = `${tls ? 'https' : 'http'}://${host}`;
	const url = URL.canParse(address) ? new URL(address) : undefined;
	if (url === undefined || /[/@?#\s]/.test(host) || (url.port !== '' && !host.startsWith('['))) {
		throw settingsError(
			'Host',
			'is not a host name',
			"Enter it without http:// and without a path, such as realtime.example.com. Use 'Port' for the port and 'Path' for a path.",
		);
	}
	const number = port === undefined || port === '' ? 0 : Number(port);
	if (!Number.isInteger(number) || number < 0 || number > 65_535) {
		throw settingsError('Port', 'is not a port number', 'Enter 443, or 0 for the default.');
	}
	if (number !== 0) url.port = String(number);
	return url.origin;
}

function readCluster(value: unknown): string {
	const cluster = text(value) || DEFAULT_CLUSTER;
	if (/^[a-z0-9-]+$/i.test(cluster)) return cluster.toLowerCase();
	throw settingsError(
		'Cluster',
		'is not the name of a cluster',
		'Enter a value such as mt1 or eu.',
	);
}

function readAppId(value: unknown): string {
	const appId = text(value);
	if (/^[\w.-]*$/.test(appId)) return appId;
	throw settingsError(
		'App ID',
		'contains characters that are not allowed in a URL',
		'Use letters, digits, ".", "-" and "_". Make sure not to enter the key.',
	);
}

/** Reverb takes what stands behind the first colon of `key:signature` for the signature. */
function readKey(value: unknown): string {
	const key = text(value);
	if (key === '') throw settingsError('Key', 'is empty', "Copy the app's key from its server.");
	if (!key.includes(':')) return key;
	throw settingsError(
		'Key',
		'has a colon',
		'Laravel Reverb then refuses every private channel, since it reads the key only up to the first colon (Laravel writes such keys as base64:…). On the server, give the app a key without a colon, and enter it here.',
	);
}

function readPath(value: unknown): string {
	const path = readPathField('Path', value, '/realtime', settingsError).replace(/^\/+|\/+$/g, '');
	return path === '' ? '' : `/${path}`;
}

/** Servers compare its host; a browser sends no path. */
function readFrontEnd(value: unknown): string {
	const origin = text(value);
	if (origin === '') return '';
	const url = URL.canParse(origin) ? new URL(origin) : undefined;
	if (url !== undefined && url.host !== '' && /^[^/]+:\/\/[^/*\s@]+(\/|$)/.test(origin)) {
		return `${url.protocol}//${url.host}`;
	}
	throw settingsError(
		'Origin',
		'is not an address',
		'Enter an origin that the server allows, such as https://app.example.com.',
	);
}

function readAuthEndpoint(value: unknown, origin: string | undefined): string | undefined {
	const endpoint = text(value);
	if (endpoint === '') return undefined;
	const isWhole = /^https?:\/\//i.test(endpoint);
	if (!isWhole && origin === undefined) {
		throw settingsError(
			'Auth Endpoint',
			'is a path, but no host is set',
			"Enter the full URL, such as https://app.example.com/broadcasting/auth, or fill in 'Host'.",
		);
	}
	const address = isWhole ? endpoint : `${origin}/${endpoint.replace(/^\/+/, '')}`;
	const url = URL.canParse(address) ? new URL(address) : undefined;
	if (url !== undefined && url.username === '' && url.password === '') return url.href;
	throw settingsError(
		'Auth Endpoint',
		'is not an address',
		'Enter a value such as /api/broadcasting/auth or https://app.example.com/broadcasting/auth.',
	);
}

function readMasterKey(value: unknown): Buffer | undefined {
	const encoded = text(value);
	if (encoded === '') return undefined;
	const key = Buffer.from(encoded, 'base64');
	if (key.length === MASTER_KEY_BYTES && key.toString('base64') === encoded) return key;
	throw settingsError(
		'Encryption Master Key',
		`is not ${MASTER_KEY_BYTES} bytes in base64`,
		'Create one with: openssl rand -base64 32',
	);
}

function text(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/** Kinds of servers that speak the Pusher protocol. `auto`: the user did not say which of them. */
export type PusherServer = 'anycable' | 'auto' | 'pusher' | 'reverb' | 'soketi';

/** What a server's HTTP API takes. */
export interface ServerLimits {
	/** Events in one request to `batch_events`; 1 where there is no such endpoint. */
	readonly batchEvents: number;
	/** Bytes of the body of a batch, so that it is not refused for its size. */
	readonly batchBytes: number;
	/** Bytes of one event's `data`; undefined where only the server knows. */
	readonly dataBytes: number | undefined;
	/** Bytes of a whole HTTP request with one event, its head included. */
	readonly requestBytes: number | undefined;
	/** Whether a channel without a count, where counts were asked for, is one that nobody is in. */
	readonly emptyIsNobody: boolean;
}

/** More would make one slow request of many quick ones. */
const LARGEST_BATCH_BYTES = 1024 * 1024;

/** Room in Reverb's 10,000 bytes for the head, also one that a proxy has made longer. */
const REVERB_BATCH_BYTES = 8_800;

/**
 * Limits as each server has them where its operator changed nothing.
 *
 * @see https://pusher.com/docs/channels/server_api/http-api/ 10 events, 10 kB of data
 * @see https://docs.soketi.app/app-management/configuration eventLimits: 10 events, 100 kB of data
 * @see https://github.com/laravel/reverb config/reverb.php `max_request_size`: 10,000 bytes, head and
 * body; batches of any number
 * @see https://docs.anycable.io/anycable-go/pusher no `batch_events`
 */
export const SERVER_LIMITS: Readonly<Record<PusherServer, ServerLimits>> = {
	pusher: {
		batchEvents: 10,
		batchBytes: LARGEST_BATCH_BYTES,
		dataBytes: 10 * 1024,
		requestBytes: undefined,
		emptyIsNobody: false,
	},
	soketi: {
		batchEvents: 10,
		batchBytes: LARGEST_BATCH_BYTES,
		dataBytes: 100 * 1024,
		requestBytes: undefined,
		emptyIsNobody: false,
	},
	reverb: {
		batchEvents: 1_000,
		batchBytes: REVERB_BATCH_BYTES,
		dataBytes: undefined,
		requestBytes: 10_000,
		emptyIsNobody: true,
	},
	anycable: {
		batchEvents: 1,
		batchBytes: LARGEST_BATCH_BYTES,
		dataBytes: undefined,
		requestBytes: undefined,
		emptyIsNobody: false,
	},
	// What every one of them takes; a larger single event is left to the server.
	auto: {
		batchEvents: 10,
		batchBytes: REVERB_BATCH_BYTES,
		dataBytes: undefined,
		requestBytes: undefined,
		emptyIsNobody: true,
	},
};

/** Channels of one event, all servers. */
export const MOST_CHANNELS = 100;

/**
 * The limits with the user's own size in place of the server's default.
 *
 * @param bytes of an event's data; for Reverb of the whole request
 */
export function withSizeLimit(
	server: PusherServer,
	limits: ServerLimits,
	bytes: number,
): ServerLimits {
	if (server !== 'reverb') return { ...limits, dataBytes: bytes };
	const reserve = SERVER_LIMITS.reverb.requestBytes ?? 0;
	const head = reserve - REVERB_BATCH_BYTES;
	const batchBytes = Math.min(LARGEST_BATCH_BYTES, Math.max(bytes - head, 1));
	return { ...limits, requestBytes: bytes, batchBytes };
}

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
