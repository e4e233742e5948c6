import { SocketIoError } from '../socketIo/socketIoError';

/** More would only be a mistake; each costs the server a question of permission. */
const MOST = 1000;

/** What is subscribed to beside what Frappe sends everyone. */
export interface FrappeSubscriptions {
	readonly doctypes: readonly string[];
	readonly documents: ReadonlyArray<readonly [doctype: string, name: string]>;
	readonly tasks: readonly string[];
}

/**
 * Reads the parameters: lists, or texts with commas or line breaks between the names.
 *
 * @throws SocketIoError of kind `settings` that names the parameter
 */
export function readSubscriptions(
	doctypes: unknown,
	documents: unknown,
	tasks: unknown,
): FrappeSubscriptions {
	return {
		doctypes: readNames(doctypes, 'Doctypes'),
		documents: readNames(documents, 'Documents').map(readDocument),
		tasks: readNames(tasks, 'Tasks'),
	};
}

/** Sends the subscriptions, as Frappe's own clients do; refused ones are not answered. */
export function subscribe(
	{ doctypes, documents, tasks }: FrappeSubscriptions,
	emit: (event: string, ...args: string[]) => void,
): void {
	for (const doctype of doctypes) emit('doctype_subscribe', doctype);
	for (const [doctype, name] of documents) emit('doc_subscribe', doctype, name);
	for (const task of tasks) emit('task_subscribe', task);
}

function readNames(value: unknown, label: string): string[] {
	const entries: unknown[] = Array.isArray(value) ? value : String(value ?? '').split(/[,\n]/);
	const names = entries.map((entry) => String(entry ?? '').trim()).filter((name) => name !== '');
	if (names.length <= MOST) return [...new Set(names)];
	throw new SocketIoError(
		'settings',
		`'${label}' has ${names.length} entries, more than ${MOST}`,
		'Subscribe to whole doctypes instead, or use several triggers.',
	);
}

/** Names of documents may have slashes, names of doctypes do not. */
function readDocument(entry: string): readonly [string, string] {
	const slash = entry.indexOf('/');
	if (slash > 0 && slash < entry.length - 1) return [entry.slice(0, slash), entry.slice(slash + 1)];
	throw new SocketIoError(
		'settings',
		`'Documents' has the entry '${entry}', which does not name a document`,
		'Write each as doctype, slash and name, such as Sales Order/SO-0001.',
	);
}
