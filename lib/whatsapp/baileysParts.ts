import { at, firstText, textOf } from './fields';
import type { MessageKind } from './message';

/** What a part of a message's content means. */
export interface PartMeaning {
	readonly kind: MessageKind;
	/** What of it a person would read; null: nothing. */
	readonly text: (part: unknown) => string | null;
	/** It is a file. */
	readonly isMedia?: true;
	/** It is its text and nothing else. */
	readonly isWords?: true;
}

const said =
	(...paths: readonly string[]): PartMeaning['text'] =>
	(part) =>
		firstText(part, ...paths);

const media = (kind: MessageKind): PartMeaning => ({ kind, text: said('caption'), isMedia: true });

const readReply = said(
	'selectedDisplayText',
	'title',
	'body',
	'selectedButtonId',
	'selectedId',
	'singleSelectReply.selectedRowId',
);

/** The answer to a menu or a form; what was chosen may stand in JSON inside the JSON. */
const reply: PartMeaning['text'] = (part) =>
	readReply(part) ?? chosenIn(at(part, 'nativeFlowResponseMessage.paramsJson'));

const menu = said(
	'contentText',
	'description',
	'body',
	'hydratedTemplate.hydratedContentText',
	'hydratedFourRowTemplate.hydratedContentText',
	'interactiveMessageTemplate.body',
	'fourRowTemplate.content.hydratedHsm.hydratedTemplate.hydratedContentText',
	'hydratedHsm.hydratedTemplate.hydratedContentText',
	'hydratedHsm.hydratedFourRowTemplate.hydratedContentText',
	'text',
	'title',
	'header.title',
	'hydratedTemplate.hydratedTitleText',
	'hydratedFourRowTemplate.hydratedTitleText',
	'carouselMessage.cards.0.body',
	'elementName',
	'footerText',
);

/** A note is a message of its own, with a text in one of these. */
const note = said(
	'noteMessage.conversation',
	'noteMessage.extendedTextMessage',
	'note',
	'noteMessage.text',
	'noteMessage.ephemeralMessage.message.extendedTextMessage',
	'noteMessage.ephemeralMessage.message.conversation',
	'noteMessage.imageMessage.caption',
	'text',
	'caption',
);

/**
 * Every part that has a meaning here, by the names of WhatsApp's protocol buffers; the first one that
 * a message holds tells what it is. Later versions of a part (`…V2`) mean the same.
 *
 * @see https://github.com/WhiskeySockets/Baileys/blob/master/WAProto/WAProto.proto
 */
export const PART_MEANINGS: ReadonlyMap<string, PartMeaning> = new Map<string, PartMeaning>([
	['reactionMessage', { kind: 'reaction', text: (part) => textOf(at(part, 'text')) ?? '' }],
	[
		'extendedTextMessage',
		{ kind: 'text', text: said('text', 'title', 'description'), isWords: true },
	],
	['imageMessage', media('image')],
	['videoMessage', media('video')],
	['ptvMessage', media('video')],
	['audioMessage', media('audio')],
	['documentMessage', media('document')],
	['stickerMessage', media('sticker')],
	['stickerPackMessage', { kind: 'sticker', text: said('caption', 'name') }],
	['locationMessage', { kind: 'location', text: said('name', 'address', 'comment') }],
	['liveLocationMessage', { kind: 'location', text: said('caption') }],
	['contactMessage', { kind: 'contact', text: said('displayName') }],
	[
		'contactsArrayMessage',
		{ kind: 'contact', text: said('displayName', 'contacts.0.displayName') },
	],
	['listResponseMessage', { kind: 'text', text: reply }],
	['buttonsResponseMessage', { kind: 'text', text: reply }],
	['templateButtonReplyMessage', { kind: 'text', text: reply }],
	['interactiveResponseMessage', { kind: 'text', text: reply }],
	['listMessage', { kind: 'text', text: menu }],
	['buttonsMessage', { kind: 'text', text: menu }],
	['templateMessage', { kind: 'text', text: menu }],
	['highlyStructuredMessage', { kind: 'text', text: menu }],
	['interactiveMessage', { kind: 'text', text: menu }],
	['pollCreationMessage', { kind: 'other', text: said('name') }],
	['pollResultSnapshotMessage', { kind: 'other', text: said('name') }],
	['eventMessage', { kind: 'other', text: said('name', 'description') }],
	['scheduledCallCreationMessage', { kind: 'other', text: said('title') }],
	['orderMessage', { kind: 'other', text: said('message', 'orderTitle') }],
	['productMessage', { kind: 'other', text: said('body', 'product.title', 'catalog.title') }],
	['sendPaymentMessage', { kind: 'other', text: note }],
	['requestPaymentMessage', { kind: 'other', text: note }],
	['declinePaymentRequestMessage', { kind: 'other', text: note }],
	['cancelPaymentRequestMessage', { kind: 'other', text: note }],
	['paymentInviteMessage', { kind: 'other', text: note }],
	['invoiceMessage', { kind: 'other', text: note }],
	['groupInviteMessage', { kind: 'other', text: said('caption', 'groupName') }],
	['newsletterAdminInviteMessage', { kind: 'other', text: said('caption', 'newsletterName') }],
	['newsletterFollowerInviteMessage', { kind: 'other', text: said('caption', 'newsletterName') }],
	['questionResponseMessage', { kind: 'text', text: said('text') }],
	['statusQuestionAnswerMessage', { kind: 'text', text: said('text') }],
	['statusQuotedMessage', { kind: 'text', text: said('text') }],
	['richResponseMessage', { kind: 'text', text: said('submessages.0.messageText') }],
	['requestPhoneNumberMessage', { kind: 'other', text: said('text') }],
]);

/** The name of a part without its version: `pollCreationMessage` for `pollCreationMessageV3`. */
export function withoutVersion(name: string): string {
	return name.replace(/V\d{1,2}$/, '');
}

const CHOSEN = ['title', 'display_text', 'description', 'selectedDisplayText', 'id', 'selectedId'];

/** What was chosen in a form, by the names that menus use; else all of what it holds. */
function chosenIn(params: unknown): string | null {
	const json = textOf(params);
	try {
		const read: unknown = json === null ? params : JSON.parse(json);
		return firstText(read, ...CHOSEN) ?? json;
	} catch {
		return json;
	}
}
