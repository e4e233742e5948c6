import { z } from 'zod';

/**
 * The bodies of Evolution API 2.x, and of 1.x where it differs. Only the frame has to be as
 * expected: the server never repeats what was answered 400, so a field that changes its form must
 * not cost an event. Source: github.com/EvolutionAPI/evolution-api, webhook.controller.ts and
 * whatsapp.baileys.service.ts.
 */
const optionalText = z.string().nullish().catch(null);
const amount = z.union([z.number(), z.string()]).nullish().catch(null);

/** The frame around every event. `date_time` is local time that claims to be UTC: never a time. */
export const frame = z.object({
	event: z.string().trim().min(1).max(100),
	instance: z
		.union([z.string(), z.object({ instanceName: z.string() }).transform((i) => i.instanceName)])
		.nullish()
		.catch(null),
	data: z.unknown(),
	/** The number that the instance is connected with. */
	sender: optionalText,
	date_time: optionalText,
});

export type Frame = z.infer<typeof frame>;

const key = z
	.object({ id: optionalText, remoteJid: optionalText, participant: optionalText })
	.nullish()
	.catch(null);

/** `messages.update` and `messages.delete`; `messageId` is a number of the server's own database. */
export const messageUpdate = z.object({
	keyId: optionalText,
	key,
	id: optionalText,
	messageId: optionalText,
	remoteJid: optionalText,
	participant: optionalText,
	status: amount,
	/** 1.x: milliseconds. WhatsApp Cloud API: seconds. */
	datetime: amount,
	timestamp: amount,
});

/** `connection.update`. */
export const connectionUpdate = z.object({
	state: optionalText,
	statusReason: amount,
	wuid: optionalText,
});

/** `qrcode.updated`. */
export const qrCodeUpdate = z.object({
	qrcode: z.object({ base64: optionalText, code: optionalText }),
});

/** `messages.edited` of servers that tell a message rather than the change of one. */
export const wholeMessage = z.object({ key: z.unknown(), message: z.record(z.unknown()) });
