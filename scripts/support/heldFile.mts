import {
	closeSync,
	linkSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
	writeSync,
} from 'node:fs';
import { isAlive } from './ownProcess.mts';

/** The holder touches its file this often. */
const TOUCH_MS = 10_000;
/** A file that nobody touched for so long is stale, even if its process number lives again. */
const STALE_MS = 90_000;

/**
 * Holds a file for as long as this process lives, unless another one on this machine holds it. The file
 * contains the process number of its holder; one left behind by a dead process is taken over.
 *
 * @returns what lets go of it, or undefined where another process holds it
 */
export function tryHold(file: string): (() => void) | undefined {
	if (!tryTake(file)) return undefined;
	const touch = setInterval(() => {
		try {
			utimesSync(file, new Date(), new Date());
		} catch {
			// Somebody has deleted it: no reason to end the work.
		}
	}, TOUCH_MS);
	touch.unref();
	return () => {
		clearInterval(touch);
		rmSync(file, { force: true });
	};
}

function tryTake(file: string): boolean {
	if (isStale(file)) discardStale(file);
	try {
		const handle = openSync(file, 'wx');
		writeSync(handle, String(process.pid));
		closeSync(handle);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
		throw error;
	}
}

/** The process number of the holder, or '' where nobody holds it. */
export function holderOf(file: string): string {
	try {
		return readFileSync(file, 'utf8').trim();
	} catch {
		return '';
	}
}

function isStale(file: string): boolean {
	try {
		if (Date.now() - statSync(file).mtimeMs > STALE_MS) return true;
		const owner = Number(holderOf(file));
		return owner > 0 && !isAlive(owner);
	} catch {
		return false; // released meanwhile
	}
}

/** Two waiters may see the same stale file: whoever moved away a fresh one puts it back. */
function discardStale(file: string): void {
	const aside = `${file}.stale-${process.pid}`;
	try {
		renameSync(file, aside);
		if (!isStale(aside)) linkSync(aside, file);
	} catch {
		// Another waiter was faster.
	}
	rmSync(aside, { force: true });
}
