/**
 * Types of whatsapp-web.js' messages (`_data.type` at WAHA's engine WEBJS) that nobody wrote: notices
 * in a chat, calls, and what cannot be read yet.
 *
 * @see https://github.com/wwebjs/whatsapp-web.js/blob/main/src/util/Constants.js MessageTypes
 */
const NOTICE_TYPES: ReadonlySet<string> = new Set([
	'e2e_notification',
	'notification',
	'notification_template',
	'broadcast_notification',
	'group_notification',
	'newsletter_notification',
	'gp2',
	'call',
	'call_log',
	'ciphertext',
	'debug',
	'protocol',
	'poll_update',
	'poll_vote',
	'event_response',
	'message_edit',
	'pin_message',
	'pinned_message',
	'keep_in_chat',
	'album',
	'enc_reaction',
	'enc_comment',
	'placeholder',
	'system',
	'empty',
]);

/** Words in the names of notices that are not known yet. */
const NOTICE_NAME =
	/notification|notice|_log$|cipher|encrypt|protocol|sync|setting|sender_?key|distribution|^enc_|_enc$|placeholder|feedback|disappearing|missed_?call/;

/** Whether a message of this type is a notice. A message that was deleted is none: see `revoked`. */
export function isNoticeType(type: string): boolean {
	const word = type.toLowerCase();
	return NOTICE_TYPES.has(word) || NOTICE_NAME.test(word);
}

/** Whether a message of this type is the place of one that was deleted. */
export function isRevokedType(type: string | null): boolean {
	return type?.toLowerCase() === 'revoked';
}
