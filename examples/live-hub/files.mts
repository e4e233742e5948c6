import { readFile, readdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';

import type { PageSource } from './source.mts';

const PUBLIC_FOLDER = new URL('./public/', import.meta.url);

const CONTENT_TYPES: Record<string, string> = {
	'.html': 'text/html; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.svg': 'image/svg+xml',
};

/**
 * Everything comes from the hub itself, but for the events where another server has them; nothing
 * that is written in a page may run.
 */
function headers(source: PageSource | undefined): Record<string, string> {
	const events = source === undefined ? '' : `; connect-src 'self' ${new URL(source.url).origin}`;
	return {
		'cache-control': 'no-cache',
		'content-security-policy': `default-src 'self'${events}; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
		'referrer-policy': 'no-referrer',
		'x-content-type-options': 'nosniff',
	};
}

/**
 * Reads the page once; what is served afterwards is this fixed list, so no path can lead out of it.
 *
 * @param source where the page gets its events from, if not from the hub
 */
export async function pageFiles(
	source?: PageSource,
): Promise<(request: IncomingMessage, response: ServerResponse) => void> {
	const fixed = headers(source);
	const files = new Map<string, { body: Buffer; type: string }>();
	for (const name of await readdir(PUBLIC_FOLDER)) {
		const type = CONTENT_TYPES[extname(name)];
		if (type) files.set(`/${name}`, { body: await readFile(new URL(name, PUBLIC_FOLDER)), type });
	}

	files.set('/source.json', {
		body: Buffer.from(JSON.stringify(source ?? {})),
		type: 'application/json',
	});

	return (request, response) => {
		const path = request.url?.split('?')[0] ?? '';
		if (request.method !== 'GET' && request.method !== 'HEAD') {
			response.writeHead(405, { allow: 'GET, HEAD' }).end();
			return;
		}
		if (path === '/healthz') {
			response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
			return;
		}
		const file = files.get(path === '/' ? '/index.html' : path);
		if (!file) {
			response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
			return;
		}
		response.writeHead(200, {
			...fixed,
			'content-type': file.type,
			'content-length': file.body.length,
		});
		response.end(request.method === 'HEAD' ? undefined : file.body);
	};
}
