import { openText, sealText } from '../registration/sealedText';

/** What the secrets of a registry are encrypted with. */
export interface RegistryKeys {
	readonly current: string;
	/** Those that may have been used before; tried for reading only. */
	readonly previous: readonly string[];
}

/** What stood in a cell that may be sealed. */
export type OpenedCell =
	/** `stale`: it stood there in clear or under a previous key; the next write seals it anew. */
	| { readonly text: string; readonly stale: boolean }
	/** No key opens it. */
	| undefined;

const MARK = 'sealed:v1:';

/** Encrypts the content of a cell with the current key: `sealed:v1:` and base64. */
export function sealCell(text: string, keys: RegistryKeys): string {
	return MARK + sealText(text, keys.current);
}

/** Decrypts a cell; what has no mark was written by a person, in clear. */
export function openCell(cell: string, keys: RegistryKeys): OpenedCell {
	if (!cell.startsWith(MARK)) return { text: cell, stale: true };
	const sealed = cell.slice(MARK.length);
	const text = openText(sealed, [keys.current]);
	if (text !== undefined) return { text, stale: false };
	const older = openText(sealed, keys.previous);
	return older === undefined ? undefined : { text: older, stale: true };
}
