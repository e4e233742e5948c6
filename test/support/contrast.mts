import type { Page } from 'playwright-core';

/**
 * Every visible text of the page whose contrast with what is behind it is below WCAG's AA for
 * normal text (4.5 : 1), as 'text (ratio)'.
 */
export async function lowContrast(page: Page): Promise<string[]> {
	return await page.evaluate(() => {
		const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
		if (!canvas) throw new Error('This browser has no canvas');

		/** Paints the colours over each other, so any notation and transparency is understood. */
		const luminance = (colours: string[]) => {
			for (const colour of ['#fff', ...colours]) {
				canvas.fillStyle = colour;
				canvas.fillRect(0, 0, 1, 1);
			}
			const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map(
				(byte) => (byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4),
			);
			return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
		};
		const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		const low = [];
		while (texts.nextNode()) {
			const text = texts.currentNode.textContent?.trim();
			const element = texts.currentNode.parentElement;
			if (!text || !element?.checkVisibility()) continue;
			const behind: string[] = [];
			for (let node: Element | null = element; node; node = node.parentElement) {
				behind.unshift(getComputedStyle(node).backgroundColor);
			}
			const fill = luminance(behind);
			const ink = luminance([...behind, getComputedStyle(element).color]);
			const ratio = (Math.max(fill, ink) + 0.05) / (Math.min(fill, ink) + 0.05);
			if (ratio < 4.5) low.push(`${text} (${ratio.toFixed(2)})`);
		}
		return low;
	});
}
