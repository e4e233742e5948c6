import { describe, expect, test } from 'vitest';
import { buildsIsolates, isolateNotice } from '../../nodes/shared/webhook/isolateAdvice.ts';

const LAZY = 'N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE';

describe('whether n8n builds an isolate for each request', () => {
	test.each([
		['as n8n comes', {}, true],
		['with its engine named', { N8N_EXPRESSION_ENGINE: 'vm' }, true],
		['lazily', { [LAZY]: 'true' }, false],
		['lazily, as a number', { [LAZY]: '1' }, false],
		['not lazily', { [LAZY]: 'false' }, true],
		['with an engine that has none', { N8N_EXPRESSION_ENGINE: 'quickjs' }, false],
	])('%s', (_title, env, expected) => {
		expect(buildsIsolates(env)).toBe(expected);
		expect(isolateNotice(env)).toHaveLength(expected ? 1 : 0);
	});
});
