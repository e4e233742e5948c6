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
 * `_<participant>` behind. Some fields hold the bare id.
 *
 * @see https://waha.devlike.pro/docs/how-to/events/
 */
export function parseMessageId(text: string): WahaMessageId {
	const [, fromMe, chat, id, participant] = SERIALIZED.exec(text) ?? [];
	if (id === undefined) return { id: text, chat: null, fromMe: null, participant: null };
	return { id, chat: chat || null, fromMe: fromMe === 'true', participant: participant ?? null };
}
