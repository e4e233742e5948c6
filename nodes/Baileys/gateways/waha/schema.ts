import { z } from 'zod';

/**
 * The bodies of WAHA. What the three engines fill in differs from version to version, so that only
 * what names an event is insisted upon; anything else that has another form counts as not told.
 *
 * @see https://waha.devlike.pro/docs/how-to/events/
 */

const text = z.string().nullish().catch(null);
const moment = z.union([z.number(), z.string()]).nullish().catch(null);
const identifier = z.string().min(1).max(512);

/** WEBJS at times passes on the object of which others send the text. */
const messageId = z.union([
	identifier,
	z.object({ _serialized: identifier }).transform(({ _serialized }) => _serialized),
]);
const optionalMessageId = messageId.nullish().catch(null);

const media = z.object({ url: text, mimetype: text, filename: text, filesize: z.unknown() });

const place = z.object({ name: text, description: text, address: text });

/** `_data`, what the engine itself knows of a message: NOWEB (Baileys), GOWS (whatsmeow), WEBJS. */
const engineData = z.object({
	key: z
		.object({
			remoteJidAlt: text,
			senderPn: text,
			participantAlt: text,
			participantPn: text,
		})
		.nullish()
		.catch(null),
	message: z.unknown(),
	pushName: text,
	Info: z.object({ PushName: text, SenderAlt: text, RecipientAlt: text }).nullish().catch(null),
	Message: z.unknown(),
	type: text,
	notifyName: text,
	size: z.unknown(),
});

const common = {
	timestamp: moment,
	from: text,
	to: text,
	fromMe: z.boolean().nullish().catch(null),
	participant: text,
	author: text,
};

/** `message`, `message.any`, `message.edited` and `message.reaction`. */
export const message = z.object({
	...common,
	id: messageId,
	body: text,
	hasMedia: z.boolean().nullish().catch(null),
	media: media.nullish().catch(null),
	mediaUrl: text,
	replyTo: z.object({ id: optionalMessageId }).nullish().catch(null),
	location: place.nullish().catch(null),
	vCards: z.array(z.unknown()).nullish().catch(null),
	_data: engineData.nullish().catch(null),
});

/** What `message.reaction` adds; an empty text took the reaction back. */
export const reaction = z.object({ reaction: z.object({ text, messageId }) });

/** What `message.edited` adds: the bare id of the message that has a new text. */
export const edit = z.object({ editedMessageId: optionalMessageId });

/** `message.ack` and `message.ack.group`; `_data.receipt` names the reader, at NOWEB. */
export const acknowledgement = z.object({
	...common,
	id: messageId,
	ack: z.number().int().nullish().catch(null),
	ackName: text,
	_data: z
		.object({
			receipt: z
				.object({ userJid: text, readTimestamp: moment, playedTimestamp: moment })
				.nullish()
				.catch(null),
		})
		.nullish()
		.catch(null),
});

const told = z
	.object({ ...common, id: messageId })
	.nullish()
	.catch(null);

/** `message.revoked`; one of the three names the message. */
export const revocation = z.object({
	revokedMessageId: optionalMessageId,
	before: told,
	after: told,
});

/** `session.status`, with the newest of its states last in `statuses`. */
export const sessionStatus = z.object({
	status: z.string().trim().min(1).max(100),
	statuses: z
		.array(z.object({ status: text, timestamp: moment }))
		.nullish()
		.catch(null),
	data: z.unknown(),
});

/** The frame around all of them; `id` and `timestamp` since 2025. */
export const frame = z.object({
	event: z.string().trim().min(1).max(100),
	session: identifier.nullish(),
	id: identifier.nullish().catch(null),
	timestamp: moment,
	me: z.object({ id: text }).nullish().catch(null),
	payload: z.unknown(),
});

export type Frame = z.infer<typeof frame>;
export type Message = z.infer<typeof message>;
