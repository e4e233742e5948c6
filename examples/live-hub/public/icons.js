// @ts-check
import { svg } from './dom.js';

/** Stroke paths on a 24 × 24 grid. @type {Record<string, string>} */
const PATHS = {
	received:
		'M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.500v7a2.5 2.5 0 0 1-2.5 2.500H11l-4.5 4v-4A2.5 2.5 0 0 1 4 13.500zM8 8.500h8M8 11.500h5',
	sent: 'M20 4 10.5 13.500M20 4l-6 16-3.5-6.500L4 10z',
	edited: 'm5 19 .8-3.800L16 5a1.8 1.8 0 0 1 2.6 0l.4.4a1.8 1.8 0 0 1 0 2.600L8.8 18.200zM14 7l3 3',
	deleted: 'M5 7h14M10 7V5h4v2M7 7l.8 12h8.400L17 7M10.5 10.500v5M13.5 10.500v5',
	delivered: 'm2.5 12.5 4 4 8.5-9M11.5 15l1.5 1.5 8.5-9',
	read: 'm2.5 12.5 4 4 8.5-9M11.5 15l1.5 1.5 8.5-9',
	failed: 'M12 8v5M12 16.200v.1M12 3.5 21 19.500H3z',
	reaction:
		'M12 20s-7.5-4.6-7.5-10A4.2 4.2 0 0 1 12 7.5 4.2 4.2 0 0 1 19.5 10c0 5.4-7.5 10-7.5 10z',
	session:
		'M8.5 3h7A1.5 1.5 0 0 1 17 4.500v15a1.5 1.5 0 0 1-1.5 1.500h-7A1.5 1.5 0 0 1 7 19.500v-15A1.5 1.5 0 0 1 8.5 3zM11 18h2',
	payment:
		'M4 6.500h16v11H4zM12 14.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM7 9.500v.1M17 14.400v.1',
	order: 'M5 8h14l-1 12H6zM9 10.500V7a3 3 0 0 1 6 0v3.500',
	other: 'M13 3 5 13.500h6L10.5 21 19 10h-6.500z',
	shield: 'M12 3.5 19 6v5.500c0 4.2-2.9 7.3-7 9-4.1-1.7-7-4.8-7-9V6zM9 12l2.2 2.200L15.2 10',
	open: 'M12 3.5 19 6v5.500c0 4.2-2.9 7.3-7 9-4.1-1.7-7-4.8-7-9V6zM12 8.500v4M12 15.500v.1',
	replay: 'M5 12a7 7 0 1 0 2.3-5.200L5 9M5 4.500V9h4.5',
	chevron: 'm8 10 4 4 4-4',
};

/** @param {string} name */
export function icon(name) {
	const drawing = svg('svg', { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' });
	drawing.append(svg('path', { d: PATHS[name] ?? PATHS.other ?? '' }));
	return drawing;
}
