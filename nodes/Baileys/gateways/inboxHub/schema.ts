import { z } from 'zod';

/**
 * The bodies of Inbox Hub. Its documents and its own client show three shapes of a message, all
 * alive; unknown fields pass. Source: github.com/Xappiens/xappiens_whatsapp, docs/ and api/webhook.py.
 */

const text = z.string();
const identifier = z.union([z.string().min(1).max(512), z.number().transform(String)]);
const optionalText = text.nullish();
const moment = z.union([z.number(), z.string()]).nullish();

const media = z
	.object({
		url: optionalText,
		mimetype: optionalText,
		filename: optionalText,
		filesize: z.coerce.number().nullish().catch(null),
	})
	.passthrough();

/** Baileys' own message key, in shape A of newer gateways. */
const messageKey = z
	.object({
		id: optionalText,
		remoteJid: optionalText,
		remoteJidAlt: optionalText,
		senderPn: optionalText,
		participant: optionalText,
		participantAlt: optionalText,
		fromMe: z.boolean().nullish(),
	})
	.passthrough();

const reaction = z
	.object({
		key: z.object({ id: identifier, remoteJid: optionalText }).passthrough(),
		text: optionalText,
		senderTimestampMs: moment,
	})
	.passthrough();

/** Shape A: what the server sends today. */
export const shapeA = z
	.object({
		message: z
			.object({
				whatsappMessageId: identifier.nullish(),
				messageId: identifier.nullish(),
				id: identifier.nullish(),
				key: messageKey.nullish(),
				content: optionalText,
				chatId: optionalText,
				from: optionalText,
				to: optionalText,
				fromMe: z.boolean().nullish(),
				author: optionalText,
				participant: optionalText,
				pushName: optionalText,
				senderName: optionalText,
				timestamp: moment,
				type: optionalText,
				media: media.nullish(),
				quotedMessageId: identifier.nullish(),
				reactionMessage: reaction.nullish(),
			})
			.passthrough(),
		reactionMessage: reaction.nullish(),
	})
	.passthrough();

/** Shape B: in the words of whatsapp-web.js. */
export const shapeB = z
	.object({
		id: z
			.object({
				_serialized: optionalText,
				id: identifier.nullish(),
				remote: optionalText,
				fromMe: z.boolean().nullish(),
				participant: optionalText,
			})
			.passthrough(),
		body: optionalText,
		type: optionalText,
		timestamp: moment,
		from: optionalText,
		to: optionalText,
		author: optionalText,
		notifyName: optionalText,
		hasMedia: z.boolean().nullish(),
		mimetype: optionalText,
		filename: optionalText,
		mediaUrl: optionalText,
		quotedMsgId: identifier.nullish(),
		reactionMessage: reaction.nullish(),
	})
	.passthrough();

/** Shape C: flat. */
export const shapeC = z
	.object({
		messageId: identifier,
		from: optionalText,
		to: optionalText,
		chatId: optionalText,
		message: optionalText,
		type: optionalText,
		timestamp: moment,
		fromMe: z.boolean().nullish(),
		contact: z.object({ name: optionalText }).passthrough().nullish(),
		media: media.nullish(),
		quotedMessageId: identifier.nullish(),
		reactionMessage: reaction.nullish(),
	})
	.passthrough();

/** What happened to a message that is known already. */
export const messageStatus = z
	.object({
		messageId: identifier,
		ack: z.coerce.number().int().nullish(),
		status: optionalText,
		chatId: optionalText,
		from: optionalText,
		to: optionalText,
		participant: optionalText,
		error: z.unknown(),
		timestamp: moment,
	})
	.passthrough();

/** What happened to the session; fields depend on the event. */
export const sessionState = z
	.object({
		status: optionalText,
		phoneNumber: identifier.nullish(),
		reason: z.unknown(),
		qrCode: optionalText,
		expiresAt: moment,
		timestamp: moment,
	})
	.passthrough();

/** The frame around all of them. */
export const frame = z
	.object({
		event: z.string().trim().min(1).max(100),
		sessionId: identifier.nullish(),
		timestamp: moment,
		data: z
			.object({
				sessionId: identifier.nullish(),
				session_db_id: identifier.nullish(),
				timestamp: moment,
			})
			.passthrough()
			.default({}),
	})
	.passthrough();

export type Frame = z.infer<typeof frame>;
export type Reaction = z.infer<typeof reaction>;
export type Media = z.infer<typeof media>;
