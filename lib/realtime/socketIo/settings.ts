import { isHeader, readJsonObject } from '../../net/headerFields';
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
		auth: readObject('Auth', fields.auth),
		headers: readHeaders(fields.headers),
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
		throw settingsError('Namespace', 'has a comma', 'Write one namespace, such as /orders.');
	}
	return name.startsWith('/') ? name : `/${name}`;
}

function readUrl(value: unknown): URL {
	const text = String(value ?? '').trim();
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url === undefined || !(url.protocol in PROTOCOLS) || url.hostname === '') {
		throw settingsError(
			'URL',
			'is not an address that starts with http://, https://, ws:// or wss://',
			'Write the address of the Socket.IO server, such as https://realtime.example.com.',
		);
	}
	if (url.username !== '' || url.password !== '') {
		throw settingsError('URL', 'has a user or password', "Send them in 'Auth' or 'Headers'.");
	}
	if (url.pathname !== '/') {
		throw settingsError(
			'URL',
			'has a path after the host',
			"Write only the address of the server. An HTTP path belongs in 'Path' of the credential, a namespace in 'Namespace' of the node.",
		);
	}
	return url;
}

function readPath(value: unknown): string {
	const path = String(value ?? '').trim() || '/socket.io';
	if (/[\s?#]/.test(path)) {
		throw settingsError('Path', 'is not a plain path', 'Write it such as /socket.io.');
	}
	return path.startsWith('/') ? path : `/${path}`;
}

function readHeaders(value: unknown): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const [name, content] of Object.entries(readObject('Headers', value))) {
		if (!isHeader(name, content)) {
			throw settingsError(
				'Headers',
				'has a name or value that HTTP does not allow',
				'Use header names as keys and texts without line breaks as values.',
			);
		}
		headers[name] = String(content);
	}
	return headers;
}

function readObject(label: string, value: unknown): Record<string, unknown> {
	const parsed = readJsonObject(value);
	if (parsed !== undefined) return parsed;
	throw settingsError(label, 'is not a JSON object', 'Write it such as {"token": "…"}.');
}

function settingsError(label: string, what: string, toDo: string): SocketIoError {
	return new SocketIoError('settings', `'${label}' ${what}`, toDo);
}
