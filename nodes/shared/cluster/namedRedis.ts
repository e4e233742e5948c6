import type {
	FunctionsBase,
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHookFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { HeldRedises } from '../../../lib/cluster/heldRedises';
import { n8nKeyPrefix, type SharedRedisSettings } from '../../../lib/cluster/n8nRedis';
import { Failure } from '../../../lib/net/failure';
import { readRedisSettings, redisAddress } from '../../../lib/realtime/redis';
import { askEgressPolicy } from '../egress/egress';
import {
	OWN_REDIS_LABEL,
	REDIS_CREDENTIAL,
	REDIS_CREDENTIAL_LABEL,
	selectedRedis,
} from './deduplicationStore';

/** Why the Redis that a node names cannot be used, with the credential by its name. */
export class NamedRedisError extends Failure {
	override readonly name = 'NamedRedisError';

	constructor(
		message: string,
		readonly description: string,
	) {
		super(message);
	}
}

let redises: HeldRedises | undefined;

/** The servers that nodes of this process name. */
export function namedRedises(): HeldRedises {
	redises ??= new HeldRedises(n8nKeyPrefix());
	return redises;
}

type Context = IExecuteFunctions | IHookFunctions | IWebhookFunctions;

/**
 * How to reach the Redis that the node names, as its credential says now. n8n's network policy is asked
 * here, and again by each connection for what the host name leads to then.
 *
 * @throws {NamedRedisError} that says what is missing; no secret is in it
 */
export async function readNamedRedis(context: Context): Promise<SharedRedisSettings> {
	if (selectedRedis(context.getNode().credentials) === undefined) {
		throw new NamedRedisError(
			`No credential '${REDIS_CREDENTIAL_LABEL}' is selected`,
			`Select one, or set the option 'Deduplication Store' to "${OWN_REDIS_LABEL}".`,
		);
	}
	let content: ICredentialDataDecryptedObject;
	try {
		content = await context.getCredentials(REDIS_CREDENTIAL);
	} catch (error) {
		throw unusable(context, error, 'Select a credential that this workflow can use.');
	}
	try {
		const { host, port, user, password, database, tls } = readRedisSettings(content);
		const verdict = await askEgressPolicy(context, `http://${redisAddress({ host, port })}`);
		if (!verdict.allowed) throw new NamedRedisError(verdict.message, verdict.description);
		return {
			servers: [{ host, port }],
			isCluster: false,
			user,
			password,
			database,
			tls: tls ? { serverName: undefined, isCertificateChecked: true } : undefined,
			addressFamily: 0,
			lookup: verdict.lookup,
		};
	} catch (error) {
		throw unusable(context, error, 'Correct the credential.');
	}
}

function unusable(context: Context, error: unknown, advice: string): NamedRedisError {
	const what = error instanceof Error ? error.message : 'unknown';
	const toDo = error instanceof Failure ? (error.description ?? advice) : advice;
	return new NamedRedisError(`The ${credentialWords(context)} can't be used: ${what}`, toDo);
}

/** What happened to the Redis that the node names, and what to do, in one text. */
export function namedRedisWords(context: Pick<FunctionsBase, 'getNode'>, error: unknown): string {
	if (error instanceof NamedRedisError) return `${error.message}. ${error.description}`;
	const { message } = error instanceof Error ? error : { message: String(error) };
	const description = error instanceof Failure ? error.description : undefined;
	const toDo = description ?? 'Check the Redis server and the credential.';
	return `${message} (the ${credentialWords(context)}). ${toDo}`;
}

function credentialWords(context: Pick<FunctionsBase, 'getNode'>): string {
	const name = selectedRedis(context.getNode().credentials)?.name;
	return name === undefined ? 'credential' : `credential '${name}'`;
}
