import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { exampleNames, PICTURES, takenOf, visibleDigest } from '../support/examplePictures.mts';
import { exampleWorkflow } from '../support/exampleWorkflow.mts';
import type { WorkflowNode } from '../support/n8n.mts';

/** Bytes of all pictures: who clones the repository loads them. */
const MOST_BYTES = 1_500_000;

/** How n8n draws a node: a square, and below it a label of up to two lines with a subtitle. In pixels. */
const SIZE = 96;
const LABEL = { width: 192, height: 64 };

interface Box {
	left: number;
	top: number;
	right: number;
	bottom: number;
}

function boxesOf({ position: [x = 0, y = 0] }: WorkflowNode): Box[] {
	const side = (LABEL.width - SIZE) / 2;
	const label = { left: x - side, right: x + SIZE + side, top: y + SIZE };
	return [
		{ left: x, top: y, right: x + SIZE, bottom: y + SIZE },
		{ ...label, bottom: y + SIZE + LABEL.height },
	];
}

function noteBox({ position: [left = 0, top = 0], parameters }: WorkflowNode): Box {
	return {
		left,
		top,
		right: left + Number(parameters.width),
		bottom: top + Number(parameters.height),
	};
}

const overlap = (some: Box[], others: Box[]) =>
	some.some((a) =>
		others.some(
			(b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom,
		),
	);

/** The credential that the note must name, for each node of this package and some of n8n's own. */
const CREDENTIALS: Readonly<Record<string, RegExp>> = {
	baileysTrigger: /\*\*(Inbox Hub API|WAHA API)\*\*/,
	euAtendoTrigger: /\*\*Evolution API\*\*/,
	eventHistory: /\*\*n8n API \(Event History\)\*\*/,
	kometiaTrigger: /\*\*Kometia API\*\*/,
	lmChatOpenAi: /\*\*OpenAI\*\*/,
	realtimeBroadcast: /\*\*Socket\.IO API\*\*/,
	realtimeTrigger: /\*\*Pusher API\*\*/,
	signedWebhookTrigger: /\*\*Signed Webhook API\*\*/,
	webhookNotifier: /\*\*(n8n API \(Event History\)|Standard Webhooks API)\*\*/,
	webhookSubscription: /\*\*(n8n API \(Event History\)|Inbox Hub API)\*\*/,
	yapeTrigger: /\*\*Yape Notifier API\*\*/,
};

describe.each(exampleNames())('%s', (name) => {
	const { nodes } = exampleWorkflow(`${name}.json`);
	const notes = nodes.filter(({ type }) => type.endsWith('.stickyNote'));
	const others = nodes.filter((node) => !notes.includes(node));

	test('has a picture in the documentation, of what it is now', () => {
		const page = readFileSync(join(CHECKOUT, 'docs', 'examples.md'), 'utf8');
		expect(page).toContain(`](examples/${name}.webp)`);
		expect(statSync(join(PICTURES, `${name}.webp`)).size).toBeGreaterThan(5_000);
		expect(takenOf()[name], 'node test/support/canvasScreenshot.mts').toBe(visibleDigest(name));
	});

	test('is tidy: nothing lies on anything else', () => {
		for (const [place, one] of others.entries()) {
			for (const other of others.slice(place + 1)) {
				expect(overlap(boxesOf(one), boxesOf(other)), `${one.name}, ${other.name}`).toBe(false);
			}
			for (const note of notes) {
				expect(overlap(boxesOf(one), [noteBox(note)]), `${one.name}, ${note.name}`).toBe(false);
			}
		}
	});

	test('its note names the credential of each node', () => {
		const text = notes.map(({ parameters }) => String(parameters.content)).join('\n');
		for (const { type } of others) {
			const isOwn = type.startsWith('n8n-nodes-realtime-webhooks.');
			const named = CREDENTIALS[type.split('.').at(-1) ?? ''] ?? (isOwn ? /never/ : /^/);
			expect(text, type).toMatch(named);
		}
	});
});

test('the pictures are small, and all of them are of an example', () => {
	const files = readdirSync(PICTURES).filter((file) => file.endsWith('.webp'));
	const wanted = exampleNames().map((name) => `${name}.webp`);
	expect(files.sort()).toEqual(wanted.sort());
	const bytes = files.reduce((sum, file) => sum + statSync(join(PICTURES, file)).size, 0);
	expect(bytes).toBeLessThan(MOST_BYTES);
});
