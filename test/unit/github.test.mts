import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { listed, read } from '../support/pages.mts';

/** What of a workflow matters here; no package that npm installs for us holds the schema of all of it. */
const Workflow = z.object({
	name: z.string(),
	on: z.record(z.unknown()),
	permissions: z.record(z.enum(['read', 'write'])),
	jobs: z.record(
		z.object({
			uses: z.string().optional(),
			needs: z.union([z.string(), z.array(z.string())]).optional(),
			'runs-on': z.string().optional(),
			'timeout-minutes': z.number().optional(),
			permissions: z.record(z.enum(['read', 'write'])).optional(),
			strategy: z.object({ matrix: z.record(z.array(z.string())) }).optional(),
			steps: z
				.array(
					z.object({
						name: z.string().optional(),
						if: z.string().optional(),
						uses: z.string().optional(),
						run: z.string().optional(),
						with: z.record(z.union([z.string(), z.boolean()])).optional(),
						env: z.record(z.string()).optional(),
					}),
				)
				.optional(),
		}),
	),
});

/** https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-issue-forms */
const IssueForm = z.object({
	name: z.string(),
	description: z.string(),
	labels: z.array(z.string()),
	body: z.array(
		z.object({
			type: z.enum(['markdown', 'input', 'textarea', 'dropdown', 'checkboxes']),
			id: z.string().optional(),
			attributes: z
				.object({
					label: z.string().optional(),
					value: z.string().optional(),
					options: z.array(z.string()).optional(),
				})
				.passthrough(),
			validations: z.object({ required: z.boolean() }).optional(),
		}),
	),
});

const { scripts, engines } = z
	.object({ scripts: z.record(z.string()), engines: z.object({ node: z.string() }) })
	.parse(JSON.parse(read('package.json')));

const FOLDER = join('.github', 'workflows');
const workflows = readdirSync(join(CHECKOUT, FOLDER));
const workflow = (file: string) => Workflow.parse(parse(read(join(FOLDER, file))));

describe.each(workflows)('%s', (file) => {
	const { jobs } = workflow(file);
	const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);

	test('has jobs that run something, need jobs that are there, and end', () => {
		for (const [name, job] of Object.entries(jobs)) {
			if (job.uses !== undefined) expect(existsSync(join(CHECKOUT, job.uses)), name).toBe(true);
			else {
				expect(job['runs-on'], name).toBeDefined();
				expect(job['timeout-minutes'], name).toBeLessThanOrEqual(120);
				for (const step of job.steps ?? []) {
					expect([step.uses, step.run].filter(Boolean), name).toHaveLength(1);
				}
			}
			for (const needed of [job.needs ?? []].flat()) expect(jobs).toHaveProperty(needed);
		}
	});

	test('runs scripts that are there', () => {
		const runs = steps.flatMap(({ run }) => run ?? []).join('\n');
		const named = [...runs.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
		expect(named.filter((name) => !(name in scripts))).toEqual([]);
		const files = [...runs.matchAll(/^\.\S+/gm)].map(([path]) => path);
		expect(files.filter((path) => !existsSync(join(CHECKOUT, path)))).toEqual([]);
	});

	test('uses actions by a version, and leaves no token in the checkout', () => {
		for (const { uses, with: inputs } of steps) {
			if (uses === undefined) continue;
			expect(uses).toMatch(/^[\w-]+\/[\w-]+@(v\d+|[0-9a-f]{40})$/);
			if (uses.startsWith('actions/checkout@')) {
				expect(inputs?.['persist-credentials']).toBe(false);
			}
		}
	});

	test('may do no more than read, but for the job that publishes', () => {
		const { permissions } = workflow(file);
		expect(permissions).toEqual({ contents: 'read' });
		for (const [name, job] of Object.entries(jobs)) {
			const more = Object.entries(job.permissions ?? {}).filter(([, may]) => may === 'write');
			expect(more, name).toEqual(name === 'publish' ? [['id-token', 'write']] : []);
		}
	});
});

test('CI begins with the oldest Node that the package promises', () => {
	const [oldest] = workflow('ci.yml').jobs.unit?.strategy?.matrix['node-version'] ?? [];
	expect(`>=${oldest}`).toBe(engines.node);
});

test('what is published was tested, and says which commit it is from', () => {
	const { on, jobs } = workflow('publish.yml');
	expect(on).toEqual({ push: { tags: ['v*'] } });
	expect(jobs.test?.uses).toBe('./.github/workflows/ci.yml');
	expect(jobs.publish?.needs).toBe('test');
	const runs = jobs.publish?.steps?.flatMap(({ run }) => run ?? []);
	expect(runs?.at(-1)).toBe('npm publish --provenance --access public');
});

const forms = listed(join('.github', 'ISSUE_TEMPLATE')).filter((file) => !/config/.test(file));

test.each(forms)('%s is a form, each of whose fields has a name of its own', (file) => {
	const fields = IssueForm.parse(parse(read(file))).body.filter(({ type }) => type !== 'markdown');
	for (const { attributes, id } of fields) expect(attributes.label, id).toMatch(/\w+/);
	expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
});

test('Dependabot looks after the package and the actions', () => {
	const { updates } = z
		.object({
			updates: z.array(z.object({ 'package-ecosystem': z.string(), directory: z.string() })),
		})
		.parse(parse(read('.github/dependabot.yml')));
	expect(updates.map((one) => one['package-ecosystem'])).toEqual(['npm', 'github-actions']);
	for (const { directory } of updates) expect(directory).toBe('/');
});
