import { fieldOf, textOf } from '../../event/json';

/** n8n stores whole answers of servers as the words of an error. */
const LONGEST_WORDS = 1_000;

/** Which node failed, and what it said. */
export interface Failure {
	readonly failedNode?: string;
	readonly error?: string;
}

/**
 * Which node failed and what it said.
 *
 * @param data field `data` of an execution
 * @returns empty where nothing failed, or where n8n does not tell
 */
export function failureOf(data: unknown): Failure {
	const result = fieldOf(data, 'resultData');
	const error = fieldOf(result, 'error');
	if (error === undefined || error === null) return {};
	const failedNode =
		textOf(fieldOf(error, 'node', 'name')) ?? textOf(fieldOf(result, 'lastNodeExecuted'));
	const words = textOf(fieldOf(error, 'message'));
	return {
		...(failedNode === undefined ? {} : { failedNode }),
		...(words === undefined ? {} : { error: words.slice(0, LONGEST_WORDS) }),
	};
}
