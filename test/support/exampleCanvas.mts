import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { exampleWorkflow } from './exampleWorkflow.mts';
import type { TestN8n, WorkflowDraft, WorkflowNode } from './n8n.mts';

const EXAMPLES = join(CHECKOUT, 'examples', 'workflows');

/** A rectangle on the canvas, in the canvas' own pixels. */
export interface Box {
	readonly left: number;
	readonly top: number;
	readonly right: number;
	readonly bottom: number;
}

interface Placed {
	readonly name: string;
	/** The note's paper, or the node's shape. */
	readonly box: Box;
	/** Lines of its text: a note's, or a node's label. */
	readonly lines: readonly Box[];
}

/** What is drawn on the canvas, where the browser has put it. */
export interface Canvas {
	readonly nodes: readonly Placed[];
	readonly notes: readonly Placed[];
}

/** n8n's own controls, and what is only there for who has not set the workflow up yet. */
const HIDDEN = [
	'canvas-controls',
	'canvas-minimap',
	'canvas-handle-plus-wrapper',
	'canvas-node-toolbar',
	'node-issues',
].map((id) => `[data-test-id="${id}"]`);
const STYLE = `${HIDDEN.join()}, [data-test-id^="execute-workflow-button"] { display: none !important; }
body * { visibility: hidden; }
[data-test-id="canvas"], [data-test-id="canvas"] * { visibility: visible; }
[data-test-id="canvas"] { position: fixed !important; inset: 0; z-index: 9999; }`;

/** Paper that is longer than its text by more looks unfinished; in pixels. */
const MOST_SPARE = 48;
/** Around a picture, in pixels. */
const MARGIN = 24;

/** Signs in to the editor. */
export async function signIn(page: Page, n8n: TestN8n): Promise<void> {
	const { email, password } = n8n.owner;
	const data = { emailOrLdapLoginId: email, password };
	const answer = await page.request.post(`${n8n.url}/rest/login`, { data });
	if (!answer.ok()) throw new Error(`n8n does not let its owner in: ${answer.status()}`);
}

/** Opens a workflow in the editor, nothing but its canvas, and waits for its nodes and their icons. */
export async function openCanvas(page: Page, url: string, nodes: number): Promise<void> {
	await page.goto(url, { waitUntil: 'domcontentloaded' });
	await page
		.locator('.vue-flow__node [data-canvas-node-render-type]')
		.nth(nodes - 1)
		.waitFor({ state: 'attached', timeout: 120_000 });
	await page.addStyleTag({ content: STYLE });
	// Icons are loaded after the nodes are drawn.
	await page.waitForFunction(() =>
		[...document.querySelectorAll('.vue-flow__node img')].every(
			(icon) => icon instanceof HTMLImageElement && icon.complete,
		),
	);
	await page.evaluate(async () => await document.fonts.ready);
}

/** Distance between two examples on the one canvas that holds all, in pixels. */
const APART = 4_000;

/**
 * All examples on one canvas, one below the other: opening the editor takes longer than all else. Their nodes'
 * ids begin with the file and a slash.
 */
export function allExamples(): WorkflowDraft {
	const files = readdirSync(EXAMPLES).sort();
	const parts = files.map((file, place) => {
		const { nodes, connections } = exampleWorkflow(file);
		// Names are unique within a workflow. What is added is not seen, and takes no room.
		const renamed = (name: string) => `${name}${'\u2060'.repeat(place)}`;
		return {
			nodes: nodes.map((node): WorkflowNode => {
				const [x = 0, y = 0] = node.position;
				const position: [number, number] = [x, y + place * APART];
				return { ...node, id: `${file}/${node.id}`, name: renamed(node.name), position };
			}),
			connections: Object.entries(connections).map(([from, byType]) => [
				renamed(from),
				JSON.parse(
					JSON.stringify(byType, (key, value: unknown) =>
						key === 'node' ? renamed(String(value)) : value,
					),
				) as unknown,
			]),
		};
	});
	return {
		name: 'All examples',
		nodes: parts.flatMap(({ nodes }) => nodes),
		connections: Object.fromEntries(
			parts.flatMap(({ connections }) => connections),
		) as WorkflowDraft['connections'],
		settings: {},
	};
}

/** Where everything on the canvas is. */
export async function measureCanvas(page: Page): Promise<Canvas> {
	return canvasOf(await measure(page));
}

/** Where everything of `allExamples` is, by example. */
export async function measureExamples(page: Page): Promise<Map<string, Canvas>> {
	const placed = await measure(page);
	const files = [...new Set(placed.map(({ example }) => example))].sort();
	return new Map(
		files.map((file) => [file, canvasOf(placed.filter(({ example }) => example === file))]),
	);
}

const canvasOf = (placed: Awaited<ReturnType<typeof measure>>): Canvas => ({
	nodes: placed.filter(({ isNote }) => !isNote),
	notes: placed.filter(({ isNote }) => isNote),
});

async function measure(page: Page) {
	return await page.locator('.vue-flow__node').evaluateAll((elements) => {
		const pane = document.querySelector('.vue-flow__transformationpane');
		if (!(pane instanceof HTMLElement)) throw new Error('The editor shows no canvas');
		// Far away, as it is after opening, a letter is smaller than a pixel.
		pane.style.transform = 'scale(1)';
		const origin = pane.getBoundingClientRect();
		const onCanvas = ({ left, top, right, bottom }: DOMRect) => ({
			left: left - origin.left,
			top: top - origin.top,
			right: right - origin.left,
			bottom: bottom - origin.top,
		});
		return elements.map((element) => {
			const shape = element.querySelector('[data-canvas-node-render-type]') ?? element;
			const lines: Array<ReturnType<typeof onCanvas>> = [];
			const texts = document.createTreeWalker(shape, NodeFilter.SHOW_TEXT);
			while (texts.nextNode()) {
				const range = document.createRange();
				range.selectNodeContents(texts.currentNode);
				for (const rect of range.getClientRects()) if (rect.width > 0) lines.push(onCanvas(rect));
			}
			return {
				example: (element.getAttribute('data-id') ?? '').split('/')[0] ?? '',
				name: element.querySelector('[data-node-name]')?.getAttribute('data-node-name') ?? '',
				isNote: shape.matches('[data-test-id="sticky"]'),
				box: onCanvas(shape.getBoundingClientRect()),
				lines,
			};
		});
	});
}

/** Moves the canvas so that an example stands in the page's upper left corner, as large as it is drawn. */
export async function showExample(
	page: Page,
	{ nodes, notes }: Canvas,
): Promise<{ width: number; height: number }> {
	const boxes = [...nodes, ...notes].flatMap(({ box, lines }) => [box, ...lines]);
	const left = Math.floor(Math.min(...boxes.map((box) => box.left)) - MARGIN);
	const top = Math.floor(Math.min(...boxes.map((box) => box.top)) - MARGIN);
	const width = Math.ceil(Math.max(...boxes.map((box) => box.right)) + MARGIN) - left;
	const height = Math.ceil(Math.max(...boxes.map((box) => box.bottom)) + MARGIN) - top;
	await page.locator('.vue-flow__transformationpane').evaluate(
		(pane, [x, y]) => {
			if (pane instanceof HTMLElement) pane.style.transform = `translate(${x}px, ${y}px) scale(1)`;
		},
		[-left, -top] as const,
	);
	return { width, height };
}

/** What one would not want to see, in words. */
export function canvasProblems({ nodes, notes }: Canvas): string[] {
	const problems: string[] = [];
	for (const [place, one] of nodes.entries()) {
		for (const other of nodes.slice(place + 1)) {
			if (overlaps([one.box, ...one.lines], [other.box, ...other.lines])) {
				problems.push(`'${one.name}' overlaps '${other.name}'`);
			}
		}
		for (const note of notes) {
			if (overlaps([one.box, ...one.lines], note.lines)) {
				problems.push(`'${one.name}' covers the text of a note`);
			}
		}
	}
	for (const [place, note] of notes.entries()) {
		const spare = note.box.bottom - Math.max(...note.lines.map(({ bottom }) => bottom));
		if (spare < 4) problems.push(`${note.name}: its text is cut, by ${Math.round(4 - spare)}`);
		if (spare > MOST_SPARE) problems.push(`${note.name}: ${Math.round(spare)} are empty`);
		for (const other of notes.slice(place + 1)) {
			if (overlaps([note.box], [other.box])) problems.push(`${note.name} overlaps ${other.name}`);
		}
	}
	return problems;
}

function overlaps(some: readonly Box[], others: readonly Box[]): boolean {
	return some.some((a) =>
		others.some(
			(b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom,
		),
	);
}
