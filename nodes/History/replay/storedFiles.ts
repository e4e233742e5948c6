import type { IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';
import { textOf } from '../../../lib/event/json';
import type { StoredEvent } from '../../../lib/history/storedEvent';
import type { Refusal } from '../../../lib/replay/replayTarget';

/** The files that an event came with, as an item of n8n has them; no field where there are none. */
export function withFiles({ files }: Pick<StoredEvent, 'files'>): { binary?: IBinaryKeyData } {
	return files === undefined ? {} : { binary: { ...files } as unknown as IBinaryKeyData };
}

/**
 * Whether the files of an event can still be handed over. n8n keeps them beside the execution that
 * received them, and an item names them only: where they are gone, the workflow would fail at the
 * node that opens one, or go on without it.
 */
export async function whyNotFiles(
	{ helpers }: Pick<IExecuteFunctions, 'helpers'>,
	{ files, executionId }: Pick<StoredEvent, 'files' | 'executionId'>,
): Promise<Refusal | undefined> {
	for (const [name, file] of Object.entries(files ?? {})) {
		// Without an id the item holds the content itself.
		const id = textOf(file.id);
		if (id === undefined) continue;
		const isThere = await helpers.getBinaryMetadata(id).then(
			() => true,
			() => false,
		);
		if (isThere) continue;
		return {
			refused: 'file_missing',
			message: `The event came with the file '${name.slice(0, 100)}', which n8n no longer has beside execution ${executionId}, or which another n8n keeps. Run the workflow by hand with the file, or have the sender send the event again.`,
		};
	}
	return undefined;
}
