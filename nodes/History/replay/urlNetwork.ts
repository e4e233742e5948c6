import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import { InvalidSigningKeyError, readAsymmetricKey } from '../../../lib/standardWebhooks/secret';
import type { N8nApi } from '../../../lib/history/store/api';
import { InvalidSecretError, standardWebhooksKeys } from '../../../lib/standardWebhooks/verify';
import type { Subscriber } from '../../../lib/subscriber/subscriber';
import { withDispatcher } from '../../Notifier/dispatcher';
import { signingCredential, type SigningCredential } from '../../Notifier/signingCredential';
import type { ReplaySettings } from './settings';
import { UrlTarget } from './targets/urlTarget';

/** A previous secret signs as long as it stands in the credential. */
const WITHOUT_END = new Date(8.64e15);

const CREDENTIAL = "the credential 'Standard Webhooks API'";

/**
 * The address that events are replayed to, for as long as `use` runs.
 *
 * @throws {NodeOperationError} where the address may not be called, or nothing can sign
 */
export async function withUrlTarget<T>(
	context: IExecuteFunctions,
	api: N8nApi,
	settings: ReplaySettings,
	use: (target: UrlTarget) => Promise<T>,
): Promise<T> {
	const { url, timeoutMs, concurrency } = settings;
	const credential = checked(context, await signingCredential(context));
	const { privateKey } = credential;
	const signal = context.getExecutionCancelSignal();
	const network = { connectionsPerHost: concurrency, timeoutMs };
	return await withDispatcher(context, network, async ({ dispatcher, guard }) => {
		const refusal = await guard.check(url);
		// A name server that does not know a name now may know it in a moment.
		if (refusal !== undefined && refusal.reason !== 'name_not_found') {
			throw new NodeOperationError(context.getNode(), `'URL': ${refusal.message}`);
		}
		const options = {
			dispatcher,
			guard,
			limitMs: timeoutMs,
			...(privateKey === undefined ? {} : { asymmetricKey: readAsymmetricKey(privateKey) }),
			...(signal === undefined ? {} : { signal }),
		};
		return await use(new UrlTarget(context, api, receiver(url, credential), options));
	});
}

function receiver(url: string, { secret, previousSecret }: SigningCredential): Subscriber {
	const previous =
		previousSecret === undefined
			? {}
			: { previousSecret: { secret: previousSecret, until: WITHOUT_END } };
	return {
		id: url,
		url,
		events: ['*'],
		active: true,
		headers: {},
		createdAt: new Date(0),
		...(secret === undefined ? {} : { secret }),
		...previous,
	};
}

function checked(context: IExecuteFunctions, credential: SigningCredential): SigningCredential {
	const { secret, previousSecret, privateKey } = credential;
	const wrong =
		secret === undefined && privateKey === undefined
			? `Nothing can sign the events: 'Secret' in ${CREDENTIAL} is empty`
			: (whyNot('Secret', secret, standardWebhooksKeys) ??
				whyNot('Previous Secret', previousSecret, standardWebhooksKeys) ??
				whyNot('Private Key', privateKey, readAsymmetricKey));
	if (wrong === undefined) return credential;
	throw new NodeOperationError(context.getNode(), wrong, {
		description: `Select ${CREDENTIAL} with the secret that the receiver knows.`,
	});
}

function whyNot(
	label: string,
	text: string | undefined,
	read: (text: string) => unknown,
): string | undefined {
	if (text === undefined) return undefined;
	try {
		read(text);
		return undefined;
	} catch (error) {
		const known = error instanceof InvalidSecretError || error instanceof InvalidSigningKeyError;
		return `'${label}' in ${CREDENTIAL} ${known ? error.message : 'cannot be read'}`;
	}
}
