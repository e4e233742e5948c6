import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
	type NodeEgressFilter,
} from 'n8n-workflow';
import type { LookupAddress } from 'node:dns';
import {
	AddressRefusedError,
	type AddressGuard,
	createAddressGuard,
	type EgressPolicy,
	forbiddenByPolicy,
} from '../../../lib/net/guard/addressGuard';
import { wordsIn } from '../../../lib/event/lists';
import { InvalidAllowedAddressError } from '../../../lib/net/guard/allowedAddresses';
import { egressFilterOf } from './egress';

/** What a user sets about the addresses that a node may call. */
export interface AddressGuardSettings {
	readonly allowHttp: boolean;
	/** As in the option 'Allowed Private Addresses': separated by commas or white space. */
	readonly allowedPrivate: string;
}

/** Option for a collection, see `readAddressGuardSettings`. */
export const allowHttpOption: INodeProperties = {
	displayName: 'Allow HTTP',
	name: 'allowHttp',
	type: 'boolean',
	default: false,
	description:
		'Whether to also call URLs that start with http://. Anyone on the network path can read and change what is sent.',
};

/** Option for a collection, see `readAddressGuardSettings`. */
export const allowedPrivateAddressesOption: INodeProperties = {
	displayName: 'Allowed Private Addresses',
	name: 'allowedPrivateAddresses',
	type: 'string',
	default: '',
	placeholder: 'e.g. 10.0.5.0/24, 127.0.0.1, hub.internal, *.lan',
	description:
		'IP addresses, ranges and host names to allow even though they are not public, separated by commas. Leave empty to allow none, so that nobody can make n8n call your internal network. A cloud metadata address must be listed by itself.',
};

/** Reads the two options of a collection. */
export function readAddressGuardSettings(options: IDataObject): AddressGuardSettings {
	return {
		allowHttp: options.allowHttp === true,
		allowedPrivate: String(options.allowedPrivateAddresses ?? ''),
	};
}

/**
 * A guard that keeps to the user's settings and to n8n's network policy (N8N_SSRF_…): both have to
 * allow an address. What an administrator allows to all nodes does not open the guard, because the
 * addresses it judges come from outside.
 *
 * @throws {NodeOperationError} where 'Allowed Private Addresses' cannot be read
 */
export function addressGuardOf(
	context: IExecuteFunctions,
	{ allowHttp, allowedPrivate }: AddressGuardSettings,
): AddressGuard {
	const filter = egressFilterOf(context);
	try {
		return createAddressGuard({
			allowHttp,
			allowedPrivate: wordsIn(allowedPrivate),
			n8nPolicy: filter === undefined ? undefined : policyOf(filter),
		});
	} catch (error) {
		throw unreadable(context, error);
	}
}

function unreadable(context: IExecuteFunctions, error: unknown): unknown {
	if (!(error instanceof InvalidAllowedAddressError)) return error;
	return new NodeOperationError(
		context.getNode(),
		"'Allowed Private Addresses' contains an invalid entry",
		{ description: `${error.message}. Separate entries by commas.` },
	);
}

function policyOf(filter: NodeEgressFilter): EgressPolicy {
	const lookup = filter.createSecureLookup();
	return {
		forbids: (address) => {
			const verdict = filter.validateConnectionHost(address);
			return verdict.ok ? undefined : verdict.error.message;
		},
		resolve: async (hostname) =>
			await new Promise<LookupAddress[]>((resolve, reject) => {
				lookup(hostname, { all: true }, (error, addresses) => {
					if (error !== null) reject(asRefusal(error, hostname));
					else resolve(Array.isArray(addresses) ? addresses : []);
				});
			}),
	};
}

/** Name servers' errors have a code, those of the policy have none. */
function asRefusal(error: NodeJS.ErrnoException, hostname: string): Error {
	if (error.code !== undefined) return error;
	return new AddressRefusedError(forbiddenByPolicy(hostname, error.message));
}
