import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestSocketIoServer } from '../support/socketIoServer.mts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
/** More than the kernel's socket buffers hold. */
const PAYLOAD_CHARACTERS = 30_000_000;

let server: TestSocketIoServer;
let compiled: string;

beforeAll(async () => {
	server = await TestSocketIoServer.start({ maxHttpBufferSize: 2 * PAYLOAD_CHARACTERS });
	// Inside of the checkout, so that the compiled files find their dependencies.
	compiled = mkdtempSync(join(checkout, 'node_modules', '.connection-'));
	const source = join(checkout, 'lib');
	const program = ts.createProgram([join(source, 'realtime', 'socketIo', 'open.ts')], {
		skipLibCheck: true,
		types: [],
		module: ts.ModuleKind.Node16,
		target: ts.ScriptTarget.ES2023,
		rootDir: source,
		outDir: compiled,
	});
	program.emit();
}, 60_000);
afterAll(async () => {
	await server.close();
	rmSync(compiled, { recursive: true });
});

it('has written an event to the network when send() resolves, even if the process ends then', async () => {
	const script = `
		const { connectSocketIo } = require('./realtime/socketIo/open.js');
		const { readSocketIoSettings } = require('./realtime/socketIo/settings.js');
		const { socketIoEvent } = require('./realtime/socketIo/connection.js');
		(async () => {
			const settings = readSocketIoSettings({ url: '${server.url}' });
			const connection = await connectSocketIo(settings, '/', { limitMs: 60_000 });
			await connection.send(socketIoEvent('big', 'x'.repeat(${PAYLOAD_CHARACTERS})), 60_000);
			process.exit(0);
		})();`;
	const child = spawn(process.execPath, ['-e', script], {
		cwd: compiled,
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	const [code] = await once(child, 'exit');
	expect(code).toBe(0);
	await server.until(() => server.received.length === 1);
	expect(server.received[0]?.args).toEqual(['x'.repeat(PAYLOAD_CHARACTERS)]);
}, 30_000);
