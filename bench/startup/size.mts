import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Of an installed package, with what stands in its node_modules. */
export interface Size {
	/** As the disk counts them, in whole blocks. */
	readonly bytes: number;
	readonly files: number;
}

const BYTES_OF_BLOCK = 512;

export function sizeOf(folder: string): Size {
	let bytes = 0;
	let files = 0;
	for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
		const found = statSync(join(folder, name));
		bytes += found.blocks * BYTES_OF_BLOCK;
		if (found.isFile()) files += 1;
	}
	return { bytes, files };
}
