import { NodeOperationError, type IHookFunctions } from 'n8n-workflow';
import { z } from 'zod';
import { usableSecrets } from '../../../../lib/receive/hmac';
import type { WebhookSlot, WebhookSlotApi } from '../../../../lib/registration/slotRegistration';
import { askProvider, callProvider, providerError } from '../../../shared/providerApi';
import { WAHA_API, WAHA_CREDENTIAL } from './api';
import { wahaEventsFor } from './chosenEvents';
import { inTurn } from './inTurn';
import {
	driftOf,
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
 * @see https://waha.devlike.pro/docs/how-to/sessions/#update-session
 */
export function sessionWebhooks(context: IHookFunctions, session: string): WebhookSlotApi {
	const url = `/api/sessions/${encodeURIComponent(session)}`;
	const events = wahaEventsFor(context.getNodeParameter('events', []));

	const readConfig = async (): Promise<SessionConfig> => {
		const what = `read session ${session}`;
		const body = await callProvider(WAHA_API, context, what, { method: 'GET', url });
		const { data } = sessionInfo.safeParse(body);
		if (data !== undefined) return data.config ?? {};
		// To go on would replace a configuration that was not understood.
		throw new NodeOperationError(
			context.getNode(),
			`WAHA could not ${what}: its answer holds no configuration that can be read. Check 'Base URL' in the credential '${WAHA_CREDENTIAL.label}' and the version of WAHA.`,
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

	return {
		async read(own = []): Promise<WebhookSlot> {
			const config = await readConfig();
			const found = own.find((one) => webhooksWith(config, one).length > 0);
			if (found === undefined) return { url: null };
			const key = await readSecret(context);
			const drift = driftOf(webhooksWith(config, found), { url: found, key, events });
			return { url: found, ...(drift === undefined ? {} : { drift }) };
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

		async giveBack(_slot, ownUrl) {
			await change(
				(config) =>
					webhooksWith(config, ownUrl).length === 0 ? [] : [withoutWebhook(config, [ownUrl])],
				[ownUrl],
			);
		},
	};
}

const CHANGE = (session: string) => `change the webhooks of session ${session}`;

async function readSecret(context: IHookFunctions): Promise<string> {
	const credential = await context.getCredentials<{ webhookSecret?: string }>(WAHA_CREDENTIAL.name);
	return usableSecrets(credential.webhookSecret)[0] ?? '';
}

/** Whether WAHA refused a request for the name of an event. */
function isEventUnknown({ statusCode, body }: { statusCode: number; body: unknown }): boolean {
	return (statusCode === 400 || statusCode === 422) && /\bevents\b/.test(WAHA_API.reason(body));
}

function assertNothingHidden(
	context: IHookFunctions,
	session: string,
	others: SessionConfig,
): void {
	const hidden = hiddenSecret(others);
	if (hidden === undefined) return;
	throw new NodeOperationError(
		context.getNode(),
		`WAHA does not show ${hidden}, so changing the webhooks of session ${session} would destroy it. Nothing was changed. Add or remove this workflow's URL in WAHA yourself, and empty 'API Key' in the credential '${WAHA_CREDENTIAL.label}'.`,
	);
}
