import { NodeOperationError, type INode } from 'n8n-workflow';
import { expect, test } from 'vitest';
import { assertN8nVersion } from '../../nodes/shared/n8nVersion.ts';

const node: INode = {
	id: 'id',
	name: 'Yape Trigger',
	type: 'yapeTrigger',
	typeVersion: 2,
	position: [0, 0],
	parameters: {},
};

const needs = {
	what: "The option 'Answer: When the Workflow Has Ended'",
	since: '2.33',
	instead: "Or set 'Answer' to 'When Stored'.",
} as const;

test.each(['2.33.0', '2.33.7', '2.41.0', '2.100.0', '3.0.0'])('%s is new enough', (running) => {
	expect(() => assertN8nVersion(node, needs, running)).not.toThrow();
});

test.each(['2.32.9', '2.9.0', '2.3.3', '1.123.0', '1.40.0'])('%s is too old', (running) => {
	const words = () => assertN8nVersion(node, needs, running);
	expect(words).toThrow(NodeOperationError);
	expect(words).toThrow(
		`The option 'Answer: When the Workflow Has Ended' needs n8n 2.33 or newer, and this is n8n ${running.replace(/\.\d+$/, '')}. Update n8n. Or set 'Answer' to 'When Stored'.`,
	);
});

test('a trigger names itself', () => {
	expect(() => assertN8nVersion(node, undefined, '1.123.0')).toThrow(
		/^'Yape Trigger' needs n8n 2\.\d+ or newer, and this is n8n 1\.123\. Update n8n\.$/,
	);
});

test('the n8n of the tests is new enough, by the version that it brings along', () => {
	expect(() => assertN8nVersion(node)).not.toThrow();
	expect(() => assertN8nVersion(node, { what: 'It', since: '99.0' })).toThrow('this is n8n 2.41.');
});
