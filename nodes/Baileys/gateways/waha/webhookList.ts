import { z } from 'zod';
import { withoutQuery } from '../../../../lib/net/redact';
import type { FoundWebhook } from '../../../../lib/registration/webhookAccount';
import { asksFor, type WahaEvents } from './chosenEvents';

const text = z.string().nullish().catch(null);

/** One of a session's webhooks; fields that are not read stay as they are. */
const webhook = z
	.object({
		url: z.string(),
		events: z.array(z.string()).catch([]),
		hmac: z.object({ key: text }).passthrough().nullish().catch(null),
		customHeaders: z
			.array(z.object({ value: text }).passthrough())
			.nullish()
			.catch(null),
	})
	.passthrough();

/** The configuration of a session, of which a change has to send all. */
export const sessionConfig = z
	.object({
		webhooks: z.array(z.object({ url: z.unknown() }).passthrough()).nullish(),
		proxy: z.object({ username: text, password: text }).passthrough().nullish().catch(null),
	})
	.passthrough();

export type SessionConfig = z.infer<typeof sessionConfig>;

/** What our webhook is to be. */
export interface WantedWebhook {
	readonly url: string;
	readonly key: string;
	readonly events: WahaEvents;
}

type Webhook = z.infer<typeof webhook>;

/**
 * WAHA's own defaults are 15 attempts every 2 s, which does not outlast a restart. These take 4.5 to
 * 5.5 hours, within the window of deduplication.
 */
const RETRIES = { policy: 'exponential', delaySeconds: 2, attempts: 12 } as const;

/** A secret that is shown as dots is one that is not shown. */
const MASKED = /^[*•.xX]{3,}$|[*•]{4,}/;

/** The webhooks with this URL; where WAHA was told twice, it delivers twice. */
export function webhooksWith(config: SessionConfig, url: string): Webhook[] {
	return (config.webhooks ?? []).flatMap((one) => {
		const { data } = webhook.safeParse(one);
		return data?.url === url ? [data] : [];
	});
}

/** An entry of the list of webhooks; undefined where it has no URL. */
export function foundWebhook(entry: unknown): FoundWebhook | undefined {
	const { data } = webhook.safeParse(entry);
	if (data === undefined) return undefined;
	const { url, events, hmac } = data;
	return {
		url,
		enabled: true,
		events,
		secret: isMasked(hmac?.key) ? undefined : hmac?.key || null,
	};
}

/** What of our webhook is not as it should be, in words; undefined: nothing, as far as WAHA tells. */
export function driftOf(found: readonly Webhook[], wanted: WantedWebhook): string | undefined {
	const [first] = found;
	if (first === undefined) return 'it is gone';
	if (found.length > 1) return 'it is there more than once';
	const key = first.hmac?.key ?? '';
	if (key !== wanted.key && !MASKED.test(key)) return 'its HMAC key differs';
	return asksFor(first.events, wanted.events) ? undefined : 'its events differ';
}

/** The configuration with our webhook in it once, and with all else as it was. */
export function withWebhook(
	config: SessionConfig,
	{ url, key, events: { required, optional } }: WantedWebhook,
	formerUrl: string | undefined,
): SessionConfig {
	const [present] = [url, formerUrl ?? url].flatMap((one) => webhooksWith(config, one));
	const ours = {
		retries: RETRIES,
		...present,
		url,
		events: [...required, ...optional],
		hmac: { ...present?.hmac, key },
	};
	const others = withoutWebhook(config, [url, formerUrl ?? url]);
	return { ...others, webhooks: [...(others.webhooks ?? []), ours] };
}

/** The configuration without our webhook, and with all else as it was. */
export function withoutWebhook(config: SessionConfig, urls: readonly string[]): SessionConfig {
	const webhooks = config.webhooks?.filter(({ url }) => !urls.includes(String(url)));
	return { ...config, webhooks };
}

/**
 * A secret in a configuration that is not shown, in words. To write such a configuration back would
 * replace the secret by dots.
 */
export function hiddenSecret({ webhooks, proxy }: SessionConfig): string | undefined {
	if (isMasked(proxy?.password) || isMasked(proxy?.username)) return 'the login of its proxy';
	for (const one of webhooks ?? []) {
		const { data } = webhook.safeParse(one);
		if (data === undefined) continue;
		if (isMasked(data.hmac?.key)) return `the HMAC key of the webhook ${withoutQuery(data.url)}`;
		if (data.customHeaders?.some(({ value }) => isMasked(value))) {
			return `a header of the webhook ${withoutQuery(data.url)}`;
		}
	}
	return undefined;
}

function isMasked(value: string | null | undefined): boolean {
	return typeof value === 'string' && MASKED.test(value);
}
