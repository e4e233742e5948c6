import { NodeOperationError } from 'n8n-workflow';
import { z } from 'zod';
import { inTurn } from '../../../../lib/flow/sequence';
import { usableSecrets } from '../../../../lib/receive/hmac';
import type { WebhookSlot } from '../../../../lib/registration/slotRegistration';
import type { FoundWebhooks, WebhookAccountApi } from '../../../../lib/registration/webhookAccount';
import { chosenTarget } from '../../../shared/providerApi/chosenTarget';
import {
	askProvider,
	callProvider,
	providerError,
	type ApiContext,
} from '../../../shared/providerApi/providerApi';
import { slotTriggerRegistration } from '../../../shared/registration/slotTriggerRegistration';
import { WAHA_API, WAHA_CREDENTIAL, wahaAccount } from './api';
import { type WahaEvents, wahaEventsFor } from './chosenEvents';
import {
	driftOf,
	foundWebhook,
	hiddenSecret,
	sessionConfig,
	webhooksWith,
	withoutWebhook,
	withWebhook,
	type SessionConfig,
} from './webhookList';

const sessionInfo = z.object({ config: sessionConfig.nullish() });

/** WAHA answers a change after the session has stopped, which takes it seconds, and started again. */
const CHANGE_TIMEOUT_MS = 60_000;

/**
 * Our webhook among those of a session: `GET` and `PUT /api/sessions/{session}`. The others stay.
 *
 * @param session name
 * @param events what our webhook asks for
 * @see https://waha.devlike.pro/docs/how-to/sessions/#update-session
 */
export function sessionWebhooks(
	context: ApiContext,
	session: string,
	events: WahaEvents,
): WebhookAccountApi {
	const url = `/api/sessions/${encodeURIComponent(session)}`;

	const readConfig = async (): Promise<SessionConfig> => {
		const what = `read session ${session}`;
		const body = await callProvider(WAHA_API, context, what, { method: 'GET', url });
		const { data } = sessionInfo.safeParse(body);
		if (data !== undefined) return data.config ?? {};
		// To go on would replace a configuration that was not understood.
		throw new NodeOperationError(
			context.getNode(),
			`WAHA could not ${what}: its response contains no readable configuration. Check 'Base URL' in the credential '${WAHA_CREDENTIAL.label}' and the version of WAHA.`,
		);
	};

	const write = async (config: SessionConfig) =>
		await askProvider(WAHA_API, context, CHANGE(session), {
			method: 'PUT',
			url,
			body: { config },
			timeout: CHANGE_TIMEOUT_MS,
		});

	/** Changes the configuration as it is right now, unless there is nothing to change. */
	const change = async (
		changed: (config: SessionConfig) => readonly SessionConfig[],
		ours: readonly string[],
	): Promise<void> => {
		const { baseUrl } = await context.getCredentials<{ baseUrl: string }>(WAHA_CREDENTIAL.name);
		// WAHA replaces a session's whole configuration.
		await inTurn(`${baseUrl}|${session}`, async () => {
			const config = await readConfig();
			const [first, ...alternatives] = changed(config);
			if (first === undefined) return;
			assertNothingHidden(context, session, withoutWebhook(config, ours));
			let answer = await write(first);
			for (const next of alternatives) {
				if (!isEventUnknown(answer)) break;
				answer = await write(next);
			}
			if (answer.statusCode >= 300) {
				throw providerError(WAHA_API, context, CHANGE(session), answer);
			}
		});
	};

	const driftIn = async (config: SessionConfig, ownUrl: string) => {
		const key = await readSecret(context);
		const drift = driftOf(webhooksWith(config, ownUrl), { url: ownUrl, key, events });
		return drift === undefined ? {} : { drift };
	};

	const clear = async (urls: readonly string[]): Promise<void> =>
		await change(
			(config) =>
				urls.some((one) => webhooksWith(config, one).length > 0)
					? [withoutWebhook(config, urls)]
					: [],
			urls,
		);

	return {
		holdsMany: true,

		async read(own = []): Promise<WebhookSlot> {
			const config = await readConfig();
			const found = own.find((one) => webhooksWith(config, one).length > 0);
			if (found === undefined) return { url: null };
			return { url: found, ...(await driftIn(config, found)) };
		},

		async look(ownUrl): Promise<FoundWebhooks> {
			const config = await readConfig();
			const webhooks = (config.webhooks ?? []).flatMap((one) => foundWebhook(one) ?? []);
			const isThere = ownUrl !== undefined && webhooks.some((one) => one.url === ownUrl);
			return { webhooks, ...(isThere ? await driftIn(config, ownUrl) : {}) };
		},

		async take({ url: ownUrl, secret, formerUrl }) {
			const wanted = { url: ownUrl, key: secret, events };
			const isThere = (config: SessionConfig) =>
				driftOf(webhooksWith(config, ownUrl), wanted) === undefined &&
				!hiddenSecret({ webhooks: webhooksWith(config, ownUrl) }) &&
				(formerUrl === undefined || webhooksWith(config, formerUrl).length === 0);
			await change(
				(config) =>
					isThere(config)
						? []
						: [events, { ...events, optional: [] }].map((some) =>
								withWebhook(config, { ...wanted, events: some }, formerUrl),
							),
				[ownUrl, formerUrl ?? ownUrl],
			);
		},

		giveBack: async (_slot, ownUrl) => await clear([ownUrl]),

		clear,
	};
}

const CHANGE = (session: string) => `change the webhooks of session ${session}`;

async function readSecret(context: ApiContext): Promise<string> {
	const credential = await context.getCredentials<{ webhookSecret?: string }>(WAHA_CREDENTIAL.name);
	return usableSecrets(credential.webhookSecret)[0] ?? '';
}

/** Whether WAHA refused a request for the name of an event. */
function isEventUnknown({ statusCode, body }: { statusCode: number; body: unknown }): boolean {
	return (statusCode === 400 || statusCode === 422) && /\bevents\b/.test(WAHA_API.reason(body));
}

function assertNothingHidden(context: ApiContext, session: string, others: SessionConfig): void {
	const hidden = hiddenSecret(others);
	if (hidden === undefined) return;
	throw new NodeOperationError(
		context.getNode(),
		`WAHA does not show ${hidden}, so changing the webhooks of session ${session} would destroy it. Nothing was changed. Add or remove the webhook in WAHA yourself. Triggers don't register it if you leave 'API Key' empty in the credential '${WAHA_CREDENTIAL.label}'.`,
	);
}

/** Adds the workflow's URL and secret to the webhooks of a WAHA session. */
export const wahaRegistration = slotTriggerRegistration({
	...wahaAccount,
	targets: (context) => [chosenTarget(context, 'session', 'Session', 'WhatsApp session')],
	api: (context, session) =>
		sessionWebhooks(context, session, wahaEventsFor(context.getNodeParameter('events', []))),
});
