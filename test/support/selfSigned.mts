import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate that nobody has signed but its owner, for some host names. */
export function selfSigned(...names: string[]): { key: string; cert: string } {
	const folder = mkdtempSync(join(tmpdir(), 'self-signed-'));
	const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
	const options = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'];
	const extension = `subjectAltName=${names.map((name) => `DNS:${name}`).join()}`;
	const made = spawnSync(
		'openssl',
		['req', ...options, '-addext', extension, '-keyout', key, '-out', cert],
		{ encoding: 'utf8' },
	);
	if (made.status !== 0) {
		throw new Error(`Install openssl, which makes the certificate: ${made.stderr ?? 'not found'}`);
	}
	const read = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
	rmSync(folder, { recursive: true });
	return read;
}
