import {
	isHeader,
	lowerCaseNames,
	readAddress,
	readHeadersField,
} from '../../net/credentialFields';
import { redactor, type Redact } from '../../net/redact';
import { RealtimeFailure } from '../../net/failure';

/** A checked Action Cable server with what is sent in the handshake. */
export interface CableSettings {
	/** `ws(s)://host[:port]/path[?query]`; the query may hold a token and is never shown. */
	readonly url: string;
	/** `host[:port]`: safe to show. */
	readonly host: string;
	/** What the server compares with its allowed origins. */
	readonly origin: string;
	readonly headers: Readonly<Record<string, string>>;
	/** Hides the tokens of the address and the headers in a text. */
	readonly redact: Redact;
}

/** Where AnyCable takes broadcasts over HTTP. */
export interface BroadcastEndpoint {
	/** `http(s)://host[:port]` */
	readonly origin: string;
	readonly path: string;
	/** Empty for an endpoint without authorization. */
	readonly key: string;
}

const SCHEMES: Readonly<Record<string, 'ws:' | 'wss:'>> = {
	'http:': 'ws:',
	'https:': 'wss:',
	'ws:': 'ws:',
	'wss:': 'wss:',
};

/** What the WebSocket handshake itself sets. */
const HANDSHAKE_HEADER = /^(connection|upgrade|host|sec-websocket-.*)$/i;

/**
 * Reads the fields 'URL', 'Origin' and 'Headers' of the credential 'Action Cable API'.
 *
 * @throws {RealtimeFailure} that names the field by its label, never its content
 */
export function readCableSettings(fields: Readonly<Record<string, unknown>>): CableSettings {
	const url = readUrl(fields.url);
	const { origin: ownOrigin, ...headers } = readHeaders(fields.headers);
	const origin = readOrigin(fields.origin) ?? ownOrigin ?? url.origin.replace(/^ws/, 'http');
	const secrets = [Object.fromEntries(url.searchParams), headers];
	return { url: url.href, host: url.host, origin, headers, redact: redactor(secrets) };
}

/**
 * Reads the fields 'Broadcast URL' and 'Broadcast Key' of the credential 'Action Cable API'.
 *
 * @throws {RealtimeFailure} that names the field by its label
 */
export function readBroadcastEndpoint(
	fields: Readonly<Record<string, unknown>>,
): BroadcastEndpoint {
	const text = String(fields.broadcastUrl ?? '').trim();
	if (text === '') {
		throw settingsFailure(
			'Broadcast URL',
			'is empty',
			'Enter the URL at which AnyCable accepts broadcasts, such as http://127.0.0.1:8090/_broadcast.',
		);
	}
	const url = readAddress(text, ['http:', 'https:']);
	if (url === undefined || url.username !== '') {
		throw settingsFailure(
			'Broadcast URL',
			'is not a URL that starts with http:// or https://',
			'Enter a value such as http://127.0.0.1:8090/_broadcast.',
		);
	}
	const path = url.pathname === '/' ? '/_broadcast' : url.pathname;
	return { origin: url.origin, path: path + url.search, key: readKey(fields.broadcastKey) };
}

function readKey(value: unknown): string {
	const key = String(value ?? '').trim();
	if (/[^\x21-\x7e]/.test(key)) {
		throw settingsFailure(
			'Broadcast Key',
			'has characters that HTTP does not allow',
			"Copy AnyCable's broadcast key again.",
		);
	}
	return key;
}

function readUrl(value: unknown): URL {
	const url = readAddress(value, Object.keys(SCHEMES));
	const scheme = url === undefined ? undefined : SCHEMES[url.protocol];
	if (url === undefined || scheme === undefined) {
		throw settingsFailure(
			'URL',
			'is not a URL that starts with wss://, ws://, https:// or http://',
			'Enter the URL of the cable, such as wss://app.example.com/cable.',
		);
	}
	if (url.username !== '' || url.password !== '') {
		throw settingsFailure('URL', 'contains a user name or password', "Send them in 'Headers'.");
	}
	// The setter of `protocol` does not go from http: to ws:.
	const target = new URL(url.href.replace(/^[a-z]+:/, scheme));
	if (target.pathname === '/') target.pathname = '/cable';
	target.hash = '';
	return target;
}

function readOrigin(value: unknown): string | undefined {
	const text = String(value ?? '').trim();
	if (text === '') return undefined;
	if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text).origin;
	if (isHeader('origin', text)) return text;
	throw settingsFailure(
		'Origin',
		'is not an origin',
		'Enter a value such as https://app.example.com, or leave it empty.',
	);
}

function readHeaders(value: unknown): Record<string, string> {
	const headers = readHeadersField('Headers', value, '{"Cookie": "…"}', settingsFailure);
	const own = Object.keys(headers).find((name) => HANDSHAKE_HEADER.test(name));
	if (own === undefined) return lowerCaseNames(headers);
	throw settingsFailure(
		'Headers',
		`contains ${own}, which the WebSocket sets itself`,
		'Remove it.',
	);
}

function settingsFailure(label: string, what: string, toDo: string): RealtimeFailure {
	return new RealtimeFailure(`'${label}' of the Action Cable credential ${what}`, {
		description: toDo,
		permanent: true,
	});
}
