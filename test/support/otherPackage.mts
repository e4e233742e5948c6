import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { communityPackagesFolder } from '../../scripts/n8n/packageLink.mts';

/** What the other package's credential types hold: fields of its own, with a request as test. */
const credentialSource = (type: string) => `
exports.${type.charAt(0).toUpperCase() + type.slice(1)} = class {
	name = '${type}';
	displayName = 'Another ${type}';
	properties = [
		{ displayName: 'Server URL', name: 'server-url', type: 'string', default: '' },
		{ displayName: 'Key', name: 'apikey', type: 'string', default: '' },
	];
	authenticate = { type: 'generic', properties: { headers: { apikey: '={{$credentials.apikey}}' } } };
	test = { request: { baseURL: '={{$credentials["server-url"]}}', url: '/instance/fetchInstances' } };
};`;

/** A node that asks its server, as the packages of gateways do. */
const NODE_SOURCE = `
exports.Gateway = class {
	description = {
		displayName: 'Gateway', name: 'gateway', group: ['transform'], version: 1,
		description: 'Asks the server', defaults: { name: 'Gateway' },
		inputs: ['main'], outputs: ['main'],
		credentials: [{ name: 'evolutionApi' }, { name: 'wahaApi' }],
		properties: [],
	};
	async execute() {
		const items = [];
		for (const type of ['evolutionApi', 'wahaApi']) {
			const credential = await this.getCredentials(type);
			const json = await this.helpers.httpRequestWithAuthentication.call(this, type, {
				url: credential['server-url'] + '/instance/fetchInstances', json: true,
			});
			items.push({ json });
		}
		return [items];
	}
};`;

/**
 * Puts a community package of somebody else into an n8n's folder, with the credential types
 * `evolutionApi` and `wahaApi` and a node `gateway` that uses both.
 *
 * @returns removes it again
 */
export function installOtherPackage(userFolder: string, name: string): () => void {
	const folder = join(communityPackagesFolder(userFolder), name);
	mkdirSync(folder, { recursive: true });
	const credentials = ['EvolutionApi', 'WahaApi'].map((file) => `${file}.credentials.js`);
	const n8n = { n8nNodesApiVersion: 1, nodes: ['Gateway.node.js'], credentials };
	writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', n8n }));
	writeFileSync(join(folder, 'Gateway.node.js'), NODE_SOURCE);
	writeFileSync(join(folder, 'EvolutionApi.credentials.js'), credentialSource('evolutionApi'));
	writeFileSync(join(folder, 'WahaApi.credentials.js'), credentialSource('wahaApi'));
	return () => rmSync(folder, { recursive: true, force: true });
}
