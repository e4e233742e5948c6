import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire, isBuiltin } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import type { ICredentialType, INodeTypeDescription } from 'n8n-workflow';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { communityPackagesFolder, PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { cacheFolder } from '../../scripts/n8n/runtimeFolder.mts';
import { CHECKOUT, envWithNode24, node24 } from '../../scripts/support/paths.mts';
import { credentialTypeOf } from '../support/credentialTypes.mts';
import { installAsN8nDoes, packCheckout, type Tarball } from '../support/installedPackage.mts';
import { installOtherPackage } from '../support/otherPackage.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';

interface Manifest {
	n8n: { nodes: string[]; credentials: string[] };
}

const manifest = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as Manifest;

/** `dist/nodes/X/BaileysTrigger.node.js` holds the type `baileysTrigger`: n8n's own convention. */
function typeName(file: string): string {
	const [name = ''] = basename(file).split('.');
	return name.charAt(0).toLowerCase() + name.slice(1);
}

describe('the package as npm would publish it and n8n installs it', () => {
	let folder: string;
	let tarball: Tarball;
	let installed: string;
	let n8n: TestN8n;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'n8n-package-'));
		tarball = packCheckout(folder);
		const userFolder = join(folder, 'user');
		installed = installAsN8nDoes(tarball.file, userFolder);
		n8n = await startTestN8n({ userFolder, linkCheckout: false, whole: true });
	});

	afterAll(async () => {
		await n8n?.close();
		rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	});

	test('holds what runs and what npm shows, nothing else', () => {
		const allowed = [
			/^dist\/(nodes|credentials|lib|vendor)\/[\w/.-]+\.js$/,
			/^dist\/vendor\/LICENSES\.txt$/,
			/^dist\/nodes\/[\w/]+\.node\.json$/,
			/^dist\/nodes\/\w+\/__schema__\/[\w/.-]+\.json$/,
			/^dist\/(nodes|credentials)\/[\w/.]+\.(svg|png)$/,
			/^(package\.json|README\.md|LICENSE\.md)$/,
		];
		const others = tarball.paths.filter((path) => !allowed.some((pattern) => pattern.test(path)));
		expect(others).toEqual([]);
		expect(tarball.paths).toContain('LICENSE.md');
		expect(tarball.paths.filter((path) => /\.(test|spec)\.|(^|\/)tests?\//.test(path))).toEqual([]);
	});

	test('installs by the commands of the README, in a container as by hand', () => {
		const readme = readFileSync(join(CHECKOUT, 'README.md'), 'utf8');
		const [command = ''] = /^mkdir -p ~\/\.n8n\/nodes .*$/m.exec(readme) ?? [];
		const [, inDocker = ''] = /sh -c '(.*)'$/m.exec(readme) ?? [];
		expect(inDocker.replace('/tmp/', '/path/to/')).toBe(command);
		const home = join(folder, 'home');
		const { status, stderr } = spawnSync(
			'sh',
			['-c', command.replace(/\/path\/to\/\S+/, `'${tarball.file}'`)],
			{ env: { ...envWithNode24(), HOME: home }, encoding: 'utf8' },
		);
		expect({ status, stderr }).toMatchObject({ status: 0 });
		const there = join(home, '.n8n', 'nodes', 'node_modules');
		expect(readdirSync(there).filter((name) => !name.startsWith('.'))).toEqual([PACKAGE_NAME]);
		expect(existsSync(join(there, PACKAGE_NAME, 'dist', 'nodes'))).toBe(true);
	});

	test('holds no secret and no path of the machine it was built on', () => {
		const suspicious = [
			CHECKOUT,
			/-----BEGIN [A-Z ]*PRIVATE KEY/,
			/\b[0-9a-f]{48,}\b/,
			/\beyJ[\w-]{20,}\./,
		];
		for (const path of tarball.paths) {
			const text = readFileSync(join(installed, path), 'utf8');
			for (const pattern of suspicious) expect(text, path).not.toMatch(pattern);
		}
	});

	test('has inside all that it needs, but for n8n-workflow', () => {
		expect(existsSync(join(installed, 'node_modules'))).toBe(false);
		const required = new Set<string>();
		for (const path of tarball.paths.filter((name) => name.endsWith('.js'))) {
			const file = join(installed, path);
			const code = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
			for (const { fileName } of code.importedFiles) {
				if (fileName.startsWith('.')) {
					expect(existsSync(createRequire(file).resolve(fileName)), `${path}: ${fileName}`).toBe(
						true,
					);
				} else if (!isBuiltin(fileName)) {
					required.add(fileName);
				}
			}
		}
		// Used where somebody has installed them, not missed where nobody has.
		const optional = ['@node-rs/xxhash', '@opentelemetry/api', 'bufferutil', 'supports-color'];
		const needed = [...required].filter((name) => ![...optional, 'utf-8-validate'].includes(name));
		expect(needed.sort()).toEqual(['n8n-workflow', 'n8n-workflow/package.json']);
		const vendor = join(installed, 'dist', 'vendor');
		const files = readdirSync(vendor).filter((name) => name.endsWith('.js'));
		expect(files).toContain('undici.js');
		const script = files.map((name) => `require(${JSON.stringify(join(vendor, name))});`).join('');
		const loaded = spawnSync(node24(), ['-e', script], { cwd: folder, encoding: 'utf8' });
		expect({ status: loaded.status, stderr: loaded.stderr }).toEqual({ status: 0, stderr: '' });
	});

	test('tells n8n what its nodes and credentials look like without loading what they work with', () => {
		const { nodes, credentials } = manifest.n8n;
		const script = `
			const { join, parse } = require('node:path');
			for (const file of ${JSON.stringify([...nodes, ...credentials])}) {
				new (require(join(process.cwd(), file))[parse(file).name.split('.')[0]])();
			}
			process.stdout.write(JSON.stringify(Object.keys(require.cache)));`;
		// Not even n8n-workflow is there.
		const { stdout, stderr } = spawnSync(node24(), ['-e', script], {
			cwd: installed,
			encoding: 'utf8',
		});
		expect(stderr).toBe('');
		const loaded = (JSON.parse(stdout) as string[]).map((file) => relative(installed, file));
		expect(loaded).toEqual(expect.arrayContaining([...nodes, ...credentials]));
		expect(loaded.filter((file) => file.startsWith(join('dist', 'vendor')))).toEqual([]);
		expect(loaded.length).toBeLessThan(tarball.paths.length / 3);
	});

	test('names the licence of each package inside', () => {
		const licences = readFileSync(join(installed, 'dist/vendor/LICENSES.txt'), 'utf8');
		for (const name of ['undici', 'zod', 'ws', '@redis/client', 'socket.io-parser', 'tweetnacl']) {
			expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\S+ \\(`, 'm'));
		}
		expect(licences).toContain('Permission is hereby granted');
	});

	test('every node of the manifest is loaded, with its codex and its icons', async () => {
		const all = (await (
			await n8n.client.get('/types/nodes.json')
		).json()) as INodeTypeDescription[];
		const ours = all.filter(({ name }) => name.startsWith(`${PACKAGE_NAME}.`));
		const names = new Set(ours.map(({ name }) => name));
		// n8n adds a tool for agents, '…Tool', to each node that says `usableAsTool`.
		const own = [...names].filter(
			(name) => !names.has(name.replace(/Tool$/, '')) || !name.endsWith('Tool'),
		);
		const expected = manifest.n8n.nodes.map((file) => `${PACKAGE_NAME}.${typeName(file)}`);
		expect(own.sort()).toEqual(expected.sort());
		for (const node of ours) {
			expect(node.codex?.categories?.length, node.name).toBeGreaterThan(0);
			await expectIcons(node.name, node.iconUrl);
		}
	});

	test('every credential of the manifest is loaded, with its icons', async () => {
		type Loaded = ICredentialType & { supportedNodes?: string[] };
		const all = (await (await n8n.client.get('/types/credentials.json')).json()) as Loaded[];
		for (const file of manifest.n8n.credentials) {
			const credential = all.find(({ name }) => name === credentialTypeOf(file));
			expect(credential, file).toBeDefined();
			const nodes = credential?.supportedNodes ?? [];
			expect(
				nodes.some((name) => name.startsWith(`${PACKAGE_NAME}.`)),
				`a node uses ${file}`,
			).toBe(true);
			await expectIcons(file, credential?.iconUrl);
		}
	});

	test('n8n has nothing to complain about it', () => {
		// The folder that n8n itself is installed in carries our name too.
		const lines = n8n
			.log()
			.replaceAll(cacheFolder(), '')
			.split('\n')
			.filter((line) => line.includes(PACKAGE_NAME));
		expect(lines.filter((line) => /error|fail|warn|could not/i.test(line))).toEqual([]);
	});

	describe('beside a package with credential types of the same plain names', () => {
		let gateway: Server;
		let gatewayUrl: string;
		const keysSeen = new Set<string>();

		beforeAll(async () => {
			gateway = createServer((request, response) => {
				keysSeen.add(String(request.headers.apikey));
				response.setHeader('content-type', 'application/json').end('{"instances":1}');
			});
			await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
			gatewayUrl = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
		});

		afterAll(() => void gateway?.close());

		test.each(['before', 'behind'] as const)('which is loaded %s ours', async (place) => {
			await n8n.stop();
			const { name, remove } = installOther(place);
			try {
				await n8n.startAgain();
				const all = (await (
					await n8n.client.get('/types/nodes.json')
				).json()) as INodeTypeDescription[];
				const positions = [`${name}.gateway`, `${PACKAGE_NAME}.euAtendoTrigger`].map((type) =>
					all.findIndex((node) => node.name === type),
				);
				expect(Math.min(...positions)).toBeGreaterThanOrEqual(0);
				expect(positions[0]! < positions[1]! ? 'before' : 'behind').toBe(place);

				const credentials: Record<string, { id: string; name: string }> = {};
				for (const type of ['evolutionApi', 'wahaApi']) {
					const data = { 'server-url': gatewayUrl, apikey: `${place}-${type}` };
					const { id } = await n8n.client.createCredential(`${place} ${type}`, type, data);
					credentials[type] = { id, name: `${place} ${type}` };
					expect(await testResult({ id, name: type, type, data })).toMatchObject({ status: 'OK' });
				}
				expect(await runGateway(name, credentials)).toBe('success');
				expect([...keysSeen]).toEqual(
					expect.arrayContaining([`${place}-evolutionApi`, `${place}-wahaApi`]),
				);

				const ours = {
					baseUrl: gatewayUrl,
					apiKey: `${place}-ours`,
					webhookSecret: 'secret-0123456789',
				};
				const type = 'realtimeWebhooksEvolutionApi';
				const { id } = await n8n.client.createCredential(`${place} ours`, type, ours);
				expect(await testResult({ id, name: 'ours', type, data: ours })).toMatchObject({
					status: 'OK',
				});
				expect(keysSeen).toContain(`${place}-ours`);
			} finally {
				await n8n.stop();
				remove();
				await n8n.startAgain();
			}
		});

		/** n8n loads packages as the folder lists them, then those with a scope. */
		function installOther(place: 'before' | 'behind'): { name: string; remove: () => void } {
			const { userFolder } = n8n;
			if (place === 'behind') {
				const name = '@somebody/n8n-nodes-gateway';
				return { name, remove: installOtherPackage(userFolder, name) };
			}
			for (let attempt = 0; attempt < 50; attempt++) {
				const name = `n8n-nodes-a-gateway-${attempt}`;
				const remove = installOtherPackage(userFolder, name);
				const listed = readdirSync(communityPackagesFolder(userFolder));
				if (listed.indexOf(name) < listed.indexOf(PACKAGE_NAME)) return { name, remove };
				remove();
			}
			throw new Error('this file system lists every other name behind ours');
		}

		const testResult = async (credentials: object): Promise<unknown> =>
			await n8n.client.rest('POST', '/credentials/test', { credentials });

		async function runGateway(
			name: string,
			credentials: Record<string, { id: string; name: string }>,
		): Promise<string> {
			const path = randomUUID();
			const hook = {
				...{
					id: '1',
					name: 'Start',
					type: 'n8n-nodes-base.webhook',
					typeVersion: 2,
					webhookId: path,
				},
				...{ position: [0, 0] as [number, number], parameters: { path, httpMethod: 'POST' } },
			};
			const node = {
				id: '2',
				name: 'Ask',
				type: `${name}.gateway`,
				typeVersion: 1,
				parameters: {},
			};
			const { id } = await n8n.createPublished(
				{
					name,
					nodes: [hook, { ...node, position: [200, 0] as [number, number], credentials }],
					connections: { Start: { main: [[{ node: 'Ask', type: 'main', index: 0 }]] } },
					settings: {},
				},
				path,
			);
			await fetch(n8n.client.webhookUrl(path), { method: 'POST' });
			const [execution] = await n8n.client.waitForExecutions(id);
			await n8n.client.unpublish(id);
			return execution?.status ?? 'missing';
		}
	});

	async function expectIcons(
		name: string,
		iconUrl: INodeTypeDescription['iconUrl'],
	): Promise<void> {
		const urls = typeof iconUrl === 'string' ? [iconUrl] : [iconUrl?.light, iconUrl?.dark];
		expect(urls, `${name} has a light and a dark icon`).toHaveLength(2);
		for (const url of urls) {
			const answer = await n8n.client.get(`/${url}`);
			expect(answer.status, `${name}: ${url}`).toBe(200);
			expect(await answer.text(), `${name}: ${url}`).toContain('<svg');
		}
	}
});
