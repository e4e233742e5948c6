import { at, fieldsOf, firstText } from './fields';
import { withoutVersion } from './baileysParts';

/**
 * What comes like a message and is none: what phones and servers tell each other. Nobody wrote it,
 * so it must not start a workflow that answers people. Names of WhatsApp's protocol buffers, without
 * versions.
 *
 * @see https://github.com/WhiskeySockets/Baileys/blob/master/WAProto/WAProto.proto message Message
 */
const CONTROL_PARTS: ReadonlySet<string> = new Set([
	// Keys.
	'senderKeyDistributionMessage',
	'fastRatchetKeySenderKeyDistributionMessage',
	'messageContextInfo',
	// Between the devices of one account.
	'deviceSentMessage',
	'chat',
	'stickerSyncRmrMessage',
	'messageHistoryBundle',
	'messageHistoryNotice',
	'placeholderMessage',
	'statusNotificationMessage',
	// Calls.
	'call',
	'callLogMessage',
	// WhatsApp's own spelling.
	'callLogMesssage',
	'bcallMessage',
	'scheduledCallEditMessage',
	// About other messages: what they change is told by its own word, or cannot be read.
	'protocolMessage',
	'pinInChatMessage',
	'keepInChatMessage',
	'pollUpdateMessage',
	'encReactionMessage',
	'encCommentMessage',
	'encEventResponseMessage',
	'statusStickerInteractionMessage',
	'secretEncryptedMessage',
	// The files of an album come as messages of their own.
	'albumMessage',
]);

/** Words in the names of control traffic, for what WhatsApp will have invented by then. */
const CONTROL_NAME =
	/^(?:enc|call|pin|keep)[A-Z]|^(?:sync|history|notification)|Encrypted|[sS]enderKey|Ratchet|Rotation|Sync|Notification|Notice|History|Update|Setting|Receipt|Placeholder|Distribution/;

/** Fields that hold what a person wrote, in the order in which they are most likely the text. */
const TEXT_FIELDS = [
	'text',
	'caption',
	'conversation',
	'contentText',
	'body',
	'message',
	'title',
	'name',
	'description',
	'comment',
	'note',
	'displayText',
	'displayName',
] as const;

const FILE_FIELDS = ['url', 'directPath', 'mimetype'] as const;

/** What a part says of the messages around it; the text of a quoted one is not its own. */
const CONTEXT = /^(?:messageC|c)ontextInfo$/;

/** A field that names another message by its key. */
const REFERENCE = /^key$|[a-z]Key$/;

/** How deep a text is looked for in a part that is not known. */
const DEEPEST_TEXT = 3;

/**
 * Whether a part is control traffic. Of parts that are not known, those with a text or a file are
 * somebody's, and so are those that name no other message and whose own name does not speak of keys,
 * notices and the like: to start a workflow for nothing is a smaller harm than to lose what a person
 * sent.
 */
export function isControlPart(name: string, part: unknown): boolean {
	if (CONTROL_PARTS.has(withoutVersion(name))) return true;
	if (readableText(part) !== null || at(part, ...FILE_FIELDS) !== undefined) return false;
	return CONTROL_NAME.test(name) || at(part, 'encPayload') !== undefined || isAboutAnother(part);
}

function isAboutAnother(part: unknown): boolean {
	return Object.entries(fieldsOf(part) ?? {}).some(
		([name, key]) => REFERENCE.test(name) && at(key, 'id') !== undefined,
	);
}

/** What a person would read of a part that is not known. */
export function readableText(part: unknown, depth = 0): string | null {
	const text = firstText(part, ...TEXT_FIELDS);
	if (text !== null || depth >= DEEPEST_TEXT) return text;
	for (const [name, inner] of Object.entries(fieldsOf(part) ?? {})) {
		if (fieldsOf(inner) === undefined || CONTEXT.test(name)) continue;
		const found = readableText(inner, depth + 1);
		if (found !== null) return found;
	}
	return null;
}

/**
 * WhatsApp's name of a thing as part of a type: `poll_update_message` for `pollUpdateMessage`,
 * `ephemeral_setting` for `EPHEMERAL_SETTING`.
 */
export function wordFor(name: string): string {
	return name
		.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
		.toLowerCase()
		.slice(0, 100);
}
