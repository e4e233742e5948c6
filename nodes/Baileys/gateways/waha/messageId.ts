import { at, fieldsOf, flagOf, idOf, textOf } from '../../../../lib/whatsapp/fields';
import { addressOf } from '../../../../lib/whatsapp/jid';

/** A message id of WAHA, taken apart. */
export interface WahaMessageId {
	/** The id that WhatsApp itself uses, the same at every gateway. */
	readonly id: string;
	/** As WAHA writes it; null: not told. */
	readonly chat: string | null;
	/** Null: not told. */
	readonly fromMe: boolean | null;
	/** Who wrote in a group; null: not told. */
	readonly participant: string | null;
}

const SERIALIZED = /^(true|false)_([^_]*)_([^_]+)(?:_(.+))?$/;

/**
 * Takes a message id apart, which WAHA writes as `<fromMe>_<chat>_<id>`, in groups with
 * `_<participant>` behind. Some fields hold the bare id, and WEBJS at times passes on the object of
 * which others send the text, whose whole form is called `_serialized`, or `$1` in newer versions.
 *
 * @returns undefined where it is no id
 * @see https://waha.devlike.pro/docs/how-to/events/
 */
export function parseMessageId(value: unknown): WahaMessageId | undefined {
	const text = idOf(value) ?? idOf(at(value, '_serialized', '$1'));
	const [, fromMe, chat, bare, participant] = SERIALIZED.exec(text ?? '') ?? [];
	const fields = fieldsOf(value);
	const id = idOf(at(fields, 'id')) ?? bare ?? text;
	if (id === null) return undefined;
	return {
		id,
		chat: addressText(at(fields, 'remote')) ?? (chat || null),
		fromMe: flagOf(at(fields, 'fromMe')) ?? (fromMe === undefined ? null : fromMe === 'true'),
		participant: addressText(at(fields, 'participant')) ?? participant ?? null,
	};
}

/**
 * The id of a message, which WEBJS from 2026 tells only in what it knows of it itself.
 *
 * @param message `payload` of an event, with the engine's own data in `_data`
 * @returns undefined where it has none
 */
export function messageIdOf(message: unknown): WahaMessageId | undefined {
	return (
		parseMessageId(at(message, 'id')) ??
		parseMessageId(at(message, '_data.id')) ??
		engineId(message)
	);
}

/** NOWEB knows a message by its key, GOWS by its info. */
function engineId(message: unknown): WahaMessageId | undefined {
	const key = at(message, '_data.key');
	const info = at(message, '_data.Info');
	const bare = parseMessageId(at(key, 'id') ?? at(info, 'ID'));
	return (
		bare && {
			id: bare.id,
			chat: addressText(at(key, 'remoteJid') ?? at(info, 'Chat')),
			fromMe: flagOf(at(key, 'fromMe') ?? at(info, 'IsFromMe')),
			participant: addressText(at(key, 'participant') ?? at(info, 'Sender')),
		}
	);
}

function addressText(value: unknown): string | null {
	return (textOf(value) || null) ?? addressOf(value);
}
