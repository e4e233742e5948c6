import {
	readAddress,
	readHeadersField,
	readJsonField,
	readPathField,
} from '../../net/credentialFields';
import { SocketIoError } from './failure';

/** A checked Socket.IO server address with what is sent in the handshake. */
export interface SocketIoSettings {
	/** `http(s)://host[:port]`: safe to show. */
	readonly origin: string;
	/** Query of the handshake request, from the URL. May hold secrets. */
	readonly query: Readonly<Record<string, string>>;
	/** HTTP path of the server, `/socket.io` by default. */
	readonly path: string;
	/** Sent in the CONNECT packet of the namespace. */
	readonly auth: Readonly<Record<string, unknown>>;
	/** Sent with the WebSocket handshake request. */
	readonly headers: Readonly<Record<string, string>>;
}

const DEFAULT_PATH = '/socket.io';

const EXAMPLE = '{"token": "…"}';

const PROTOCOLS: Readonly<Record<string, string>> = {
	'http:': 'http:',
	'https:': 'https:',
	'ws:': 'http:',
	'wss:': 'https:',
};

/**
 * Reads the fields of the credential 'Socket.IO API' as the user filled them in.
 *
 * @throws SocketIoError of kind `settings` that names the field by its label, never its content
 */
export function readSocketIoSettings(fields: Readonly<Record<string, unknown>>): SocketIoSettings {
	const url = readUrl(fields.url);
	return {
		origin: `${PROTOCOLS[url.protocol]}//${url.host}`,
		query: Object.fromEntries(url.searchParams),
		path: readPath(fields.path),
		auth: readJsonField('Auth', fields.auth, EXAMPLE, settingsError),
		headers: readHeadersField('Headers', fields.headers, EXAMPLE, settingsError),
	};
}

/**
 * The namespace as the protocol writes it, with its leading slash; empty is the main one, `/`.
 *
 * @throws SocketIoError where the name cannot be written in a packet
 */
export function readNamespace(value: unknown): string {
	const name = String(value ?? '').trim();
	// A packet writes the namespace as `/name,`: a comma would end it early.
	if (name.includes(',')) {
		throw settingsError('Namespace', 'has a comma', 'Enter one namespace, such as /orders.');
	}
	return name.startsWith('/') ? name : `/${name}`;
}

function readUrl(value: unknown): URL {
	const url = readAddress(value, Object.keys(PROTOCOLS));
	if (url === undefined) {
		throw settingsError(
			'URL',
			'is not a URL that starts with http://, https://, ws:// or wss://',
			'Enter the URL of the Socket.IO server, such as https://realtime.example.com.',
		);
	}
	if (url.username !== '' || url.password !== '') {
		throw settingsError(
			'URL',
			'contains a user name or password',
			"Send them in 'Auth' or 'Headers'.",
		);
	}
	if (url.pathname !== '/') {
		throw settingsError(
			'URL',
			'has a path after the host',
			"Enter only the URL of the server. Use 'Path' of the credential for an HTTP path and 'Namespace' of the node for a namespace.",
		);
	}
	return url;
}

function readPath(value: unknown): string {
	const path = readPathField('Path', value, DEFAULT_PATH, settingsError) || DEFAULT_PATH;
	return path.startsWith('/') ? path : `/${path}`;
}

function settingsError(label: string, what: string, toDo: string): SocketIoError {
	return new SocketIoError('settings', `'${label}' ${what}`, toDo);
}
