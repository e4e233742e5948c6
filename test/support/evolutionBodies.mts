import { frameOf, type EvolutionVersion } from './evolutionApi.mts';

/**
 * What the versions of Evolution API make of the same thing on the phone: `messages.upsert` and
 * `messages.update` of Baileys as whatsapp.baileys.service.ts handles them in 2.3.4, 2.3.6, 2.3.7 and
 * 2.4.0-rc2. All bodies that are delivered, in their order.
 */

const US = '5511999999999@s.whatsapp.net';
const CONTACT = '551188887777@s.whatsapp.net';
const HIDDEN = '998877665544@lid';

/** Somebody edits one of their messages. */
export interface Edit {
	readonly id: string;
	readonly text: string;
	/** Milliseconds. */
	readonly at: number;
	/** On our own phone. */
	readonly isOurs?: boolean;
}

/** Whoever edits writes the key from their own side, and that is how `messages.edited` passes it on. */
export function editBodies(
	version: EvolutionVersion,
	{ id, text, at, isOurs = false }: Edit,
): Array<ReturnType<typeof frameOf>> {
	const content = { conversation: text };
	const told = frameOf('messages.edited', {
		key: { remoteJid: isOurs ? CONTACT : US, fromMe: true, id },
		type: 'MESSAGE_EDIT',
		editedMessage: content,
		timestampMs: String(at),
	});
	const message = { editedMessage: { message: content } };
	const update = updateWithoutStatus(version, { id, fromMe: isOurs }, { message });
	return [told, ...update];
}

/** A contact votes in our poll. */
export function voteBodies(version: EvolutionVersion, pollId: string, option: string) {
	const key = { remoteJid: CONTACT, fromMe: false, id: `VOTE-OF-${pollId}` };
	const upsert = frameOf('messages.upsert', {
		key,
		pushName: 'Ana',
		status: 'DELIVERY_ACK',
		message: {
			messageContextInfo: { messageSecret: 'AA==' },
			pollUpdateMessage: {
				pollCreationMessageKey: { remoteJid: CONTACT, fromMe: true, id: pollId },
				vote: { encPayload: 'AA==', encIv: 'AA==', selectedOptions: [option] },
			},
		},
		messageType: 'pollUpdateMessage',
		messageTimestamp: 1717604327,
		instanceId: 'i',
		source: 'android',
	});
	const pollUpdates = [{ name: option, voters: [CONTACT] }];
	const update = updateWithoutStatus(version, { id: pollId, fromMe: true }, {}, { pollUpdates });
	return [...(isFrom237(version) ? [upsert] : []), ...update];
}

/** A contact deletes a message for everybody. */
export function deletionBodies(version: EvolutionVersion, id: string) {
	const key = { remoteJid: CONTACT, fromMe: false, id };
	return [
		frameOf('messages.edited', { key: { ...key, remoteJid: US, fromMe: true }, type: 'REVOKE' }),
		frameOf('messages.delete', isFrom237(version) ? { ...key, status: 'DELETED' } : key),
	];
}

/** A message of a contact who hides their number. */
export function hiddenContactBody(version: EvolutionVersion, id: string) {
	const phoneFirst = { remoteJid: CONTACT, remoteJidAlt: version === '2.4.0' ? HIDDEN : CONTACT };
	const hiddenFirst = { remoteJid: HIDDEN, remoteJidAlt: CONTACT };
	return frameOf('messages.upsert', {
		key: {
			...(isFrom237(version) ? phoneFirst : hiddenFirst),
			fromMe: false,
			id,
			addressingMode: 'lid',
		},
		message: { conversation: 'Oi' },
		messageType: 'conversation',
		messageTimestamp: 1717604327,
	});
}

/** History comes with its progress beside the data from 2.3.7 on. */
export function historyBody(version: EvolutionVersion) {
	const rows = [
		{ key: { remoteJid: CONTACT, fromMe: false, id: 'OLD' }, message: { conversation: 'Oi' } },
	];
	const body = frameOf('messages.set', rows);
	return isFrom237(version) ? { ...body, isLatest: true, progress: 100 } : body;
}

/** An update of Baileys that has no status, which each version takes for something else. */
function updateWithoutStatus(
	version: EvolutionVersion,
	{ id, fromMe }: { id: string; fromMe: boolean },
	content: { message?: object },
	more: object = {},
) {
	if (version === '2.3.6') return [];
	const data = {
		keyId: id,
		remoteJid: CONTACT,
		fromMe,
		participant: undefined,
		status: isFrom237(version) ? 'SERVER_ACK' : 'DELETED',
		instanceId: 'i',
		messageId: 'database-id',
		...more,
		...(isFrom237(version) ? content : {}),
	};
	return [frameOf('messages.update', data)];
}

function isFrom237(version: EvolutionVersion): boolean {
	return version === '2.3.7' || version === '2.4.0';
}
