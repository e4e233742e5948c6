import type { TestN8n } from '../../test/support/n8n.mts';
import type { OtherBuild } from '../otherBuild.mts';
import { publishHistory, publishProbe, type Measure } from './measured.mts';

/** What reads the whole history. */
export const OPERATIONS = ['getMany', 'summarize', 'report'] as const;

export type Operation = (typeof OPERATIONS)[number];

const NAMES: Readonly<Record<Operation, string>> = {
	getMany: 'Get Many, all',
	summarize: 'Summarize, all',
	report: 'Report, all',
};

/** Remembering nothing. */
export const anew = (operation: Operation): string => NAMES[operation];

/** The first time they read as the others do; what is measured later is what they remember. */
export const again = (operation: Operation): string => `${NAMES[operation]}, remembered`;

/** The same by another build. */
export const byOther = (operation: Operation): string => `${NAMES[operation]}, the other build`;

/** All executions with their data, and nothing done with them. */
export const PLAIN = 'plain fetch of the pages, parsed';

/** What a reading that remembers all of it still has to ask n8n for. */
export const LIST = "n8n's list without data, by itself";

export type Cell = readonly [name: string, measure: Measure];

/** All ways to read the history of an n8n, side by side. */
export async function readingCells(n8n: TestN8n, other?: OtherBuild): Promise<readonly Cell[]> {
	const all = { returnAll: true, filters: {} };
	const nothing = { options: { memoryMb: 0 } };
	const cells: Cell[] = [];
	const add = async (name: string, measure: Promise<Measure>) => {
		cells.push([name, await measure]);
	};
	for (const operation of OPERATIONS) {
		await add(anew(operation), publishHistory(n8n, { ...all, operation, ...nothing }));
	}
	for (const operation of OPERATIONS) {
		await add(again(operation), publishHistory(n8n, { ...all, operation }));
	}
	if (other !== undefined) {
		// It may be of before there were reports.
		for (const operation of ['getMany', 'summarize'] as const) {
			await add(byOther(operation), publishHistory(n8n, { ...all, operation }, other));
		}
	}
	await add(PLAIN, publishProbe(n8n, 'fetch'));
	await add(LIST, publishProbe(n8n, 'list'));
	return cells;
}
