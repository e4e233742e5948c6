import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { YapeTrigger } from '../../nodes/Yape/YapeTrigger.node.ts';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { createWorkflow, deduplicateIn } from '../support/n8nCore.mts';
import { memoryDeduplicator, serveWebhook } from '../support/n8nWebhook.mts';

const read = (page: string) => readFileSync(join(CHECKOUT, page), 'utf8');

const isThere = (command: string) => spawnSync(command, ['--version']).error === undefined;
const missing = ['bash', 'curl', 'openssl'].filter((command) => !isThere(command));

beforeAll(async () => await deduplicateIn(memoryDeduplicator()));

/** The commands of the first workflow, with the node's own address. */
function commands(page: string, url: string): string {
	const [, block] = /```bash\n(\s*url=[\s\S]*?)```/.exec(read(page)) ?? [];
	if (block === undefined) throw new Error(`${page} has no first workflow`);
	return block.replace(/^\s*url=.*$/m, `url=${url}`);
}

/** The answer of the node to what the commands send. */
async function answerTo(script: string): Promise<unknown> {
	const { stdout } = await promisify(execFile)('bash', ['-c', script]);
	return JSON.parse(stdout);
}

test.skipIf(missing.length > 0)('the first workflow of the README does what it says', async () => {
	const [, webhookSecret = ''] = /and `([\w-]+)` as _Webhook Secret_/.exec(read('README.md')) ?? [];
	expect(webhookSecret).not.toBe('');
	const workflow = createWorkflow(
		{
			Trigger: {
				type: new YapeTrigger(),
				credentials: ['realtimeWebhooksYapeNotifierApi'],
			},
		},
		{ realtimeWebhooksYapeNotifierApi: { signatureScheme: 'hmac', webhookSecret } },
	);
	const host = await serveWebhook(workflow, 'Trigger');
	try {
		const script = commands('README.md', host.url);
		expect(await answerTo(script)).toMatchObject({
			message: 'Notification created successfully',
		});
		const [run] = host.executions;
		expect(run?.data.resultData.runData.Trigger?.[0]?.data?.main?.[0]?.[0]?.json).toMatchObject({
			type: 'yape.payment.received',
			data: { amountCents: 5000, payerName: 'JUAN PEREZ' },
		});
		expect(JSON.stringify(await answerTo(script))).toContain('duplicate detected');
		const forged = script.replace('curl', `body=\${body/S\\/ 50/S\\/ 500}; curl`);
		expect(await answerTo(forged)).toEqual({ error: 'signature_mismatch' });
		expect(host.executions).toHaveLength(1);
	} finally {
		await host.close();
	}
});

test.each(['docs/quick-start.es.md', 'docs/quick-start.pt.md'])('%s has the same one', (page) => {
	expect(commands(page, 'url')).toBe(commands('README.md', 'url'));
});
