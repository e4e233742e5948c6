import { accessSync, constants } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const USUAL_PLACES = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const FLAGS = [
	'--headless',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--no-first-run',
];

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** The Chromium of this machine: the one `CHROMIUM_PATH` names, else one in its usual place. */
export function findChromium(): string | undefined {
	const named = process.env.CHROMIUM_PATH;
	return (named ? [named] : USUAL_PLACES).find(isExecutable);
}

/** Starts it without a window; throws where none is installed. The caller closes it. */
export async function launchChromium(): Promise<Browser> {
	const executablePath = findChromium();
	if (!executablePath) {
		throw new Error('Chromium is not installed. Install it, or set CHROMIUM_PATH to its program.');
	}
	return await chromium.launch({ executablePath, args: FLAGS, timeout: 120_000 });
}

/** A page that waits for what it is asked to use as long as a busy machine may need; the usual is 30 seconds. */
export async function openPage(browser: Browser, options?: BrowserContextOptions): Promise<Page> {
	const page = await browser.newPage(options);
	page.setDefaultTimeout(120_000);
	return page;
}
