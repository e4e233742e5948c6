import type { Page } from 'playwright-core';
import type { TestN8n } from './n8n.mts';

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
	'node-issues',
	'logs-panel',
	'node-creator-plus-button',
	'command-bar-button',
	'add-sticky-button',
	'toggle-focus-panel-button',
	'instance-ai-canvas-action-button',
	'ask-assistant-sidebar',
].map((id) => `[data-test-id="${id}"]`);
const STYLE = `${HIDDEN.join()}, [data-test-id^="execute-workflow-button"] { display: none !important; }`;

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

/** Opens a workflow in the editor, as large as it is drawn, and waits for its nodes and their icons. */
export async function openCanvas(page: Page, url: string, nodes: number): Promise<void> {
	await page.goto(url, { waitUntil: 'domcontentloaded' });
	await page
		.locator('.vue-flow__node [data-canvas-node-render-type]')
		.nth(nodes - 1)
		.waitFor({ timeout: 60_000 });
	await page.addStyleTag({ content: STYLE });
	// Icons are loaded after the nodes are drawn.
	await page.waitForLoadState('networkidle');
	await page.evaluate(async () => await document.fonts.ready);
}

/** Where everything is. */
export async function measureCanvas(page: Page): Promise<Canvas> {
	const placed = await page.locator('.vue-flow__node').evaluateAll((elements) => {
		const pane = document.querySelector('.vue-flow__transformationpane');
		if (pane === null) throw new Error('The editor shows no canvas');
		const zoom = new DOMMatrix(getComputedStyle(pane).transform).a;
		const origin = pane.getBoundingClientRect();
		const onCanvas = ({ left, top, right, bottom }: DOMRect) => ({
			left: (left - origin.left) / zoom,
			top: (top - origin.top) / zoom,
			right: (right - origin.left) / zoom,
			bottom: (bottom - origin.top) / zoom,
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
				name: element.querySelector('[data-node-name]')?.getAttribute('data-node-name') ?? '',
				isNote: shape.matches('[data-test-id="sticky"]'),
				box: onCanvas(shape.getBoundingClientRect()),
				lines,
			};
		});
	});
	return {
		nodes: placed.filter(({ isNote }) => !isNote),
		notes: placed.filter(({ isNote }) => isNote),
	};
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

/** The part of the page that holds everything that is drawn, with a margin. */
export async function drawnPart(
	page: Page,
): Promise<{ x: number; y: number; width: number; height: number }> {
	return await page.locator('.vue-flow__node').evaluateAll((elements, margin) => {
		const rects = elements.flatMap((element) => {
			const shape = element.querySelector('[data-canvas-node-render-type]') ?? element;
			const range = document.createRange();
			range.selectNodeContents(shape);
			return [shape.getBoundingClientRect(), ...range.getClientRects()];
		});
		const seen = rects.filter(({ width }) => width > 0);
		const x = Math.floor(Math.min(...seen.map(({ left }) => left)) - margin);
		const y = Math.floor(Math.min(...seen.map(({ top }) => top)) - margin);
		const right = Math.ceil(Math.max(...seen.map((rect) => rect.right)) + margin);
		const bottom = Math.ceil(Math.max(...seen.map((rect) => rect.bottom)) + margin);
		return { x, y, width: right - x, height: bottom - y };
	}, MARGIN);
}
