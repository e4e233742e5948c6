import type { IExecuteFunctions, INodeType } from 'n8n-workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AddressGuard, createAddressGuard } from '../../lib/net/guard/addressGuard.ts';
import {
	addressGuardOf,
	allowedPrivateAddressesOption,
	allowHttpOption,
	readAddressGuardSettings,
} from '../../nodes/shared/egress/nodeAddressGuard.ts';
import type { runAction as RunAction } from '../support/runAction.mts';
import type { requireFromN8n as RequireFromN8n } from '../support/n8nCore.mts';

// n8n reads its network policy once, when it is loaded; each file of this suite has its own process.
process.env.N8N_SSRF_PROTECTION_ENABLED = 'true';
process.env.N8N_SSRF_BLOCKED_IP_RANGES = 'default,8.8.8.0/24';
process.env.N8N_SSRF_ALLOWED_IP_RANGES = '10.9.0.0/16';
process.env.N8N_SSRF_ALLOWED_HOSTNAMES = 'localhost';
process.env.N8N_SSRF_BLOCKED_HOSTNAMES = '*.blocked.example.com';

let runAction: typeof RunAction;
let requireFromN8n: typeof RequireFromN8n;

beforeAll(async () => {
	({ runAction } = await import('../support/runAction.mts'));
	({ requireFromN8n } = await import('../support/n8nCore.mts'));
});

/** A node that has the guard judge the `url` of each item. */
class Probe implements INodeType {
	description = {
		displayName: 'Probe',
		name: 'probe',
		group: ['output' as const],
		version: 1,
		description: 'Asks the address guard',
		defaults: { name: 'Probe' },
		inputs: ['main' as const],
		outputs: ['main' as const],
		properties: [
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection' as const,
				default: {},
				options: [allowHttpOption, allowedPrivateAddressesOption],
			},
		],
	};

	async execute(this: IExecuteFunctions) {
		const settings = readAddressGuardSettings(this.getNodeParameter('options', 0, {}));
		const guard = addressGuardOf(this, settings);
		const verdicts = this.getInputData().map(async ({ json }) => ({
			json: { ...((await guard.check(String(json.url))) ?? { reason: 'allowed' }) },
			pairedItem: { item: 0 },
		}));
		return [await Promise.all(verdicts)];
	}
}

async function verdictOf(url: string, options: { [name: string]: string | boolean } = {}) {
	const { outputs, error } = await runAction(new Probe(), {
		items: [{ json: { url } }],
		parameters: { options },
	});
	if (error !== undefined) throw Object.assign(new Error(error.message), error);
	return outputs[0]?.[0]?.json;
}

describe("the guard and n8n's network policy", () => {
	test('both have to allow an address', async () => {
		const allowed = { allowedPrivateAddresses: '10.0.0.0/8, 192.168.0.0/16' };
		// Ours does not, n8n's does: the administrator's list is for all nodes, not for strangers.
		expect((await verdictOf('https://10.9.0.1/'))?.reason).toBe('not_public');
		expect((await verdictOf('https://localhost/'))?.reason).toBe('not_public');
		// Ours does, n8n's does not.
		expect((await verdictOf('https://192.168.0.1/', allowed))?.reason).toBe('egress_policy');
		expect((await verdictOf('https://8.8.8.8/'))?.reason).toBe('egress_policy');
		// Both do.
		expect((await verdictOf('https://10.9.0.1/', allowed))?.reason).toBe('allowed');
		expect((await verdictOf('https://1.1.1.1/'))?.reason).toBe('allowed');
		const local = { allowedPrivateAddresses: 'localhost' };
		expect((await verdictOf('https://localhost/', local))?.reason).toBe('allowed');
	});

	test("n8n's rules on names hold, and are told in its own words", async () => {
		const verdict = await verdictOf('https://a.blocked.example.com/');
		expect(verdict?.reason).toBe('egress_policy');
		expect(verdict?.message).toBe(
			'The network policy of this n8n does not allow connections to a.blocked.example.com: The request was blocked because the destination hostname is restricted. An administrator can allow it with N8N_SSRF_ALLOWED_HOSTNAMES or N8N_SSRF_ALLOWED_IP_RANGES.',
		);
	});

	test('whatever n8n refuses by default, the guard refuses by itself', async () => {
		const { SSRF_DEFAULT_BLOCKED_IP_RANGES: ranges } = requireFromN8n('@n8n/config') as {
			SSRF_DEFAULT_BLOCKED_IP_RANGES: readonly string[];
		};
		const guard: AddressGuard = createAddressGuard({ allowHttp: true, allowedPrivate: [] });
		expect(ranges.length).toBeGreaterThan(10);
		const open = ranges
			.map((range) => range.replace(/\/.*$/, ''))
			.map((address) => new URL(`https://${address.includes(':') ? `[${address}]` : address}/`))
			.filter((url) => guard.judge(url) === undefined);
		expect(open).toEqual([]);
	});

	test('a name that is not found is not blamed on the policy', async () => {
		const options = { allowedPrivateAddresses: '10.0.0.0/8' };
		const verdict = await verdictOf('https://nowhere.invalid/', options);
		expect(verdict?.reason).toBe('name_not_found');
	});
});

describe('the options', () => {
	test('HTTP is called where it is allowed', async () => {
		expect((await verdictOf('http://1.1.1.1/'))?.reason).toBe('not_https');
		expect((await verdictOf('http://1.1.1.1/', { allowHttp: true }))?.reason).toBe('allowed');
	});

	test("an entry of 'Allowed Private Addresses' that cannot be read is named", async () => {
		const options = { allowedPrivateAddresses: '10.0.0.0/8, http://hub' };
		await expect(verdictOf('https://1.1.1.1/', options)).rejects.toMatchObject({
			message: "'Allowed Private Addresses' contains an invalid entry",
			description: expect.stringContaining('"http://hub" is not an IP address') as string,
		});
	});
});
