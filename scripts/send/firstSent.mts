import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Older ones are forgotten. */
const MOST = 1_000;

const times = z.record(z.string().datetime());

/**
 * When the event with this id was first sent: now, where it never was. A phone's retry tells the second
 * in which it showed the notification, so the same id must tell the same one again.
 *
 * @param folder of n8n's data; the times are kept there in `sent.json`
 */
export function firstSentAt(folder: string, id: string, now = new Date()): Date {
	const file = join(folder, 'sent.json');
	const known = read(file);
	const first = known[id];
	if (first !== undefined) return new Date(first);
	const kept = [...Object.entries(known), [id, now.toISOString()] as const].slice(-MOST);
	writeFileSync(file, JSON.stringify(Object.fromEntries(kept)), { mode: 0o600 });
	return now;
}

/** What cannot be read is as good as none: it is a demonstration's memory. */
function read(file: string): Record<string, string> {
	if (!existsSync(file)) return {};
	try {
		return times.parse(JSON.parse(readFileSync(file, 'utf8')));
	} catch {
		return {};
	}
}
