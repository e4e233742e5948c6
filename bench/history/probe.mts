import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Type under which n8n knows the probe. */
export const PROBE_TYPE = 'CUSTOM.benchProbe';

/**
 * A node that measures inside of n8n, in plain JavaScript: `start` and `end` take the time of what is
 * between them, `fetch` reads all pages of executions and `list` those without data, and both do nothing
 * with them, `execute` starts a workflow again and again, and `collect` tells what is left of n8n's memory
 * when all garbage is gone.
 */
const PROBE = `
let startedAt = 0;
class BenchProbe {
	description = {
		displayName: 'Bench Probe', name: 'benchProbe', group: ['transform'], version: 1,
		description: 'Measures', defaults: { name: 'Bench Probe' }, inputs: ['main'], outputs: ['main'],
		properties: [{ displayName: 'Action', name: 'action', type: 'string', default: 'start' }],
	};
	async execute() {
		const action = this.getNodeParameter('action', 0);
		const items = this.getInputData();
		if (action === 'start') { startedAt = performance.now(); return [items.slice(0, 1)]; }
		if (action === 'end') return answer(items.length, performance.now() - startedAt);
		const body = items[0].json.body;
		const began = performance.now();
		if (action === 'collect') return [[{ json: await collect() }]];
		const count = action === 'execute' ? await run(this, body) : await fetchAll(body, action === 'fetch');
		return answer(count, performance.now() - began);
	}
}
function answer(count, ms) { return [[{ json: { count, ms } }]]; }
async function fetchAll({ url, key }, includeData) {
	// A list is read as the node reads it: nothing is compressed between n8n and itself.
	const encoding = includeData ? {} : { 'accept-encoding': 'identity' };
	let cursor = '';
	let count = 0;
	do {
		const query = '?includeData=' + includeData + '&limit=250' + cursor;
		const page = await fetch(url + '/api/v1/executions' + query, {
			headers: { 'x-n8n-api-key': key, ...encoding },
		});
		const { data, nextCursor } = await page.json();
		count += data.length;
		cursor = nextCursor ? '&cursor=' + encodeURIComponent(nextCursor) : '';
	} while (cursor !== '');
	return count;
}
async function collect() {
	require('node:v8').setFlagsFromString('--expose-gc');
	const gc = require('node:vm').runInNewContext('gc');
	// What is released by one collection may release more.
	for (let times = 0; times < 3; times += 1) {
		gc();
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	const { heapUsed, external, rss } = process.memoryUsage();
	return { heapUsed, external, rss };
}
async function run(context, { workflow, items, count, onlyStart, concurrency }) {
	let begun = 0;
	const loop = async () => {
		while (begun < count) {
			begun += 1;
			const code = structuredClone(workflow);
			const json = { ...items[begun % items.length] };
			await context.executeWorkflow({ code }, [{ json }], undefined, {
				doNotWaitToFinish: onlyStart,
			});
		}
	};
	await Promise.all(Array.from({ length: concurrency }, loop));
	return count;
}
module.exports = { BenchProbe };
`;

/** Writes the probe into a new folder, for `N8N_CUSTOM_EXTENSIONS`. */
export function writeProbe(): string {
	const folder = mkdtempSync(join(tmpdir(), 'n8n-bench-probe-'));
	writeFileSync(join(folder, 'BenchProbe.node.js'), PROBE);
	return folder;
}
