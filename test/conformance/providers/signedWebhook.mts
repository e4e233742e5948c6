import { SignedWebhookTrigger } from '../../../nodes/SignedWebhook/SignedWebhookTrigger.node.ts';
import { schemeOf } from '../../support/schemeVerdict.mts';
import {
	credentialSecret,
	SCHEME_NAMES,
	senderOf,
	type SampleEvent,
	type SchemeName,
	type SigningOptions,
} from '../../support/signedWebhooks.mts';
import {
	CURRENT_SECRET,
	PREVIOUS_SECRET,
	WRONG_SECRET,
	type ConformanceProvider,
	type Forgeries,
	type Refused,
	type Scene,
	type Sent,
} from '../provider.mts';

const HOUR_MS = 3_600_000;

/** Every scheme of the Signed Webhook Trigger. */
export const signedWebhooks: readonly ConformanceProvider[] = SCHEME_NAMES.map((name) => ({
	name: `Signed Webhook: ${schemeOf(name).label}`,
	open: () => scene(name),
}));

function scene(name: SchemeName): Scene {
	const sender = senderOf(name);
	const written = (secret: string) => credentialSecret(name, secret);
	const { says } = sender;
	return {
		node: SignedWebhookTrigger,
		parameters: { scheme: name, options: { ...sender.options } },
		selectingAll: '*',
		selectingOther: 'moon.*',
		credential: {
			type: 'realtimeWebhooksSignedWebhookApi',
			data: { secret: written(CURRENT_SECRET), previousSecret: written(PREVIOUS_SECRET) },
			rotation: { current: 'secret', previous: 'previousSecret', written },
			blank: { secret: ' ', previousSecret: '' },
			secretField: 'Secret',
			secrets: [written(CURRENT_SECRET), written(PREVIOUS_SECRET)],
		},
		verification: sender.verification,
		type: sender.known.type,
		...(says === undefined
			? {}
			: {
					saysDuplicate: (answer) => says('duplicate', answer),
					saysIgnored: (answer) => says('ignored', answer),
				}),
		genuine: (id, { secret, sentAt } = {}) => signed(name, id, secret, sentAt),
		unknown: (id) => ({
			sent: signed(name, id, CURRENT_SECRET, undefined, sender.unknown),
			type: sender.unknown.type,
		}),
		unreadable: () => ({
			notApplicable: 'Any body that is signed is an event here, whatever is in it',
		}),
		forgeries: (id) => forgeries(name, id),
		registration: { notApplicable: 'The user tells the provider the URL in its own settings' },
	};
}

function signed(
	name: SchemeName,
	id: string,
	secret = CURRENT_SECRET,
	sentAt?: Date,
	event: SampleEvent = senderOf(name).known,
): Sent {
	const options: SigningOptions = {
		...event.options,
		...(sentAt === undefined ? {} : { sentAt }),
	};
	return senderOf(name).sign(event.body(id), secret, options);
}

function forgeries(name: SchemeName, id: string): Forgeries {
	const { signatureHeader, time, bodyIsSigned } = senderOf(name);
	const good = signed(name, id);
	const refused = (sent: Sent, error: string): Refused => ({ sent, status: 401, error });
	const { [signatureHeader]: value = '', ...unsigned } = { ...good.headers };
	const { head, digest } = partsOf(value);
	const malformed = (changed: string) =>
		refused(
			{ ...good, headers: { ...good.headers, [signatureHeader]: head + changed } },
			'signature_malformed',
		);
	const at = (ms: number) =>
		time === undefined
			? { notApplicable: 'The provider signs no time, or repeats with the first one' }
			: refused(
					signed(name, id, CURRENT_SECRET, new Date(Date.now() + ms)),
					'timestamp_outside_tolerance',
				);
	return {
		tamperedBody:
			bodyIsSigned === false
				? { notApplicable: 'The signature does not cover the body, which the event says' }
				: refused({ ...good, body: `${String(good.body)} ` }, 'signature_mismatch'),
		wrongSecret: refused(signed(name, id, WRONG_SECRET), 'signature_mismatch'),
		missingHeader: refused({ ...good, headers: unsigned }, 'signature_missing'),
		malformedHeaders: {
			'nothing of a digest': malformed('x'),
			'a digest too short': malformed(digest.slice(4)),
			'a digest too long': malformed(`${digest}0000`),
			'letters that are none of it': malformed(digest.replace(/^../, '*!')),
		},
		staleTime: at(-outsideMs(name)),
		futureTime: at(outsideMs(name)),
	};
}

/** Well outside of what the scheme lets in. */
function outsideMs(name: SchemeName): number {
	const [{ signature }] = schemeOf(name).variants;
	return HOUR_MS + (signature.timestamp?.toleranceSeconds ?? 0) * 1000;
}

/** A signature's header: what stands before the digest, and the digest. */
function partsOf(value: string): { readonly head: string; readonly digest: string } {
	const [head = ''] = /^(?:ts?=.*[,;][a-z]+\d=|[a-z]+\d+[=,])?/.exec(value) ?? [];
	return { head, digest: value.slice(head.length) };
}
