// @ts-check
/** Text only ever enters the page as text: nothing here, or in the page, parses HTML. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {string} className @param {Array<Node | string>} children
 */
export function element(tag, className = '', ...children) {
	const node = document.createElement(tag);
	if (className) node.className = className;
	node.append(...children);
	return node;
}

/** The element of that id in index.html. @param {string} id */
export function byId(id) {
	const node = document.getElementById(id);
	if (!node) throw new Error(`The page has no element #${id}`);
	return node;
}

/** @param {string} name @param {Record<string, string | number>} attributes */
export function svg(name, attributes = {}) {
	const node = document.createElementNS('http://www.w3.org/2000/svg', name);
	for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
	return node;
}

/**
 * Makes a button copy a text and say so for a moment.
 * @param {HTMLElement} button @param {() => string} text
 */
export function copyOnClick(button, text) {
	const label = button.textContent ?? '';
	button.addEventListener('click', async () => {
		// Browsers give the clipboard to https and this machine only.
		const copied = await (navigator.clipboard?.writeText(text()) ?? Promise.reject()).then(
			() => true,
			() => false,
		);
		button.textContent = copied ? 'Copied' : 'Not allowed';
		setTimeout(() => (button.textContent = label), 1500);
	});
}
