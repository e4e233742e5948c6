import { expect, test } from 'vitest';
import { findInterrupted, type ListedExecution } from '../../lib/replay/passedElsewhere.ts';

function execution(id: number, status: string, more: Partial<ListedExecution> = {}) {
	return {
		id: String(id),
		workflowId: 'w',
		status,
		mode: 'webhook',
		retryOf: null,
		retrySuccessId: null,
		...more,
	} satisfies ListedExecution;
}

const found = (executions: ListedExecution[]) =>
	findInterrupted(executions).map(({ execution: { id }, firstId, crashes }) => [
		id,
		firstId,
		crashes,
	]);

test('executions that a crash ended are found, oldest first', () => {
	expect(
		found([execution(9, 'crashed'), execution(10, 'crashed'), execution(2, 'crashed')]),
	).toEqual([
		['2', '2', 1],
		['9', '9', 1],
		['10', '10', 1],
	]);
});

test.each(['success', 'error', 'canceled', 'waiting', 'new', 'unknown', 'running'])(
	'an execution that ended as %s is left alone',
	(status) => {
		expect(found([execution(1, status)])).toEqual([]);
	},
);

test.each(['success', 'error', 'waiting', 'running', 'new', 'canceled'])(
	'a crash whose retry is %s is not retried again',
	(status) => {
		expect(found([execution(2, status, { retryOf: '1' }), execution(1, 'crashed')])).toEqual([]);
	},
);

test('a retry that crashed too is the one to retry, and both crashes count', () => {
	const family = [
		execution(5, 'crashed', { retryOf: '3' }),
		execution(3, 'crashed', { retryOf: '1' }),
		execution(1, 'crashed'),
	];
	expect(found(family)).toEqual([['5', '1', 3]]);
	expect(found([...family, execution(8, 'success', { retryOf: '5' })])).toEqual([]);
});

test('a success that n8n only notes at the crashed execution counts', () => {
	expect(found([execution(1, 'crashed', { retrySuccessId: '4' })])).toEqual([]);
});

test('a retry of an execution that is older than the list stands for it', () => {
	expect(found([execution(7, 'crashed', { retryOf: '1' })])).toEqual([['7', '1', 1]]);
	expect(
		found([execution(7, 'crashed', { retryOf: '1' }), execution(8, 'success', { retryOf: '1' })]),
	).toEqual([]);
});

test('executions that name each other as their retries do not hang it', () => {
	const circle = [
		execution(1, 'crashed', { retryOf: '2' }),
		execution(2, 'crashed', { retryOf: '1' }),
	];
	expect(findInterrupted(circle).length).toBeGreaterThan(0);
});
