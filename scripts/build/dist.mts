// npm run build, after tsc: makes what tsc emitted into what n8n loads, and puts what the package
// needs of others beside it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { bundlePackages } from './bundledPackages.mts';
import { withLazyImports } from './lazyImports.mts';
import { writeOutputSchemas } from './outputSchemas.mts';
import { CHECKOUT } from '../support/paths.mts';

const DIST = join(CHECKOUT, 'dist');
const VENDOR = join(DIST, 'vendor');

/** n8n brings it, and its error classes must be n8n's own. */
const OF_N8N = ['n8n-workflow', 'n8n-workflow/package.json'];

const bundled = new Map<string, string>();
const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' })
	.filter((file) => file.endsWith('.js'))
	.map((file) => join(DIST, file));
await Promise.all(
	files.map(async (file) => {
		writeFileSync(file, await withLazyImports(readFileSync(file, 'utf8'), file, placeOf));
	}),
);
await bundlePackages(bundled, VENDOR);
writeOutputSchemas(join(DIST, 'nodes'));

function placeOf(name: string, file: string): string {
	if (isBuiltin(name) || OF_N8N.includes(name)) return name;
	const fileName = name.replace(/^@/, '').replaceAll('/', '-');
	bundled.set(fileName, name);
	return relative(dirname(file), join(VENDOR, `${fileName}.js`))
		.split(sep)
		.join('/');
}
