import type { Publication } from '../../../../lib/realtime/actionCable/anyCable';

/** What proxies in front of AnyCable take at once: nginx takes 1 MB unless it is told otherwise. */
const MAX_BYTES = 512 * 1024;
const MAX_PUBLICATIONS = 500;

/** A publication's JSON besides its two texts. */
const AROUND_BYTES = 32;

/** Packs items, in order, into as few requests as their sizes allow; an item is never split. */
export function packed<T extends { readonly publications: readonly Publication[] }>(
	items: readonly T[],
): T[][] {
	const batches: T[][] = [];
	let bytes = Number.POSITIVE_INFINITY;
	let count = 0;
	for (const item of items) {
		const size = item.publications.reduce((sum, publication) => sum + bytesOf(publication), 0);
		const last = batches.at(-1);
		const fits = bytes + size <= MAX_BYTES && count + item.publications.length <= MAX_PUBLICATIONS;
		if (last === undefined || !fits) {
			batches.push([item]);
			bytes = size;
			count = item.publications.length;
		} else {
			last.push(item);
			bytes += size;
			count += item.publications.length;
		}
	}
	return batches;
}

/** In the request, the data is a text inside of JSON: its quotes are escaped. */
function bytesOf({ stream, data }: Publication): number {
	return Buffer.byteLength(JSON.stringify(data)) + Buffer.byteLength(stream) + AROUND_BYTES;
}
