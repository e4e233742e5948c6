import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';
import { CHECKOUT } from '../support/paths.mts';

/** Of packages that are much more than is needed of them: what is, so that the rest stays out. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
	'echarts/core': ['init', 'use'],
	'echarts/charts': ['BarChart'],
	'echarts/components': ['GridComponent'],
	'echarts/renderers': ['SVGRenderer'],
};

/** Stands before the name of a module that is a part of a package. */
const PART = 'part-of:';

/** Makes modules that export parts of packages. */
const parts: Plugin = {
	name: 'parts',
	resolveId: (id) => (id.startsWith(PART) ? id : undefined),
	load: (id) => {
		const name = id.startsWith(PART) ? id.slice(PART.length) : '';
		const names = PARTS[name];
		return names === undefined ? undefined : `export { ${names.join()} } from '${name}';`;
	},
};

/**
 * Writes each package, with what it depends on, as one file; what several of them share stands in a
 * file of its own. Their licences go into LICENSES.txt.
 *
 * @param packages names of packages by the name of the file to write, without `.js`
 */
export async function bundlePackages(
	packages: ReadonlyMap<string, string>,
	folder: string,
): Promise<void> {
	const bundle = await rolldown({
		input: Object.fromEntries(
			[...packages].map(([file, name]) => [file, name in PARTS ? `${PART}${name}` : name]),
		),
		plugins: [parts],
		cwd: CHECKOUT,
		platform: 'node',
		external: (name, importer) => importer !== undefined && isOptional(name, importer),
	});
	const { output } = await bundle.write({
		dir: folder,
		format: 'cjs',
		exports: 'named',
		entryFileNames: '[name].js',
		chunkFileNames: 'shared-[name].js',
		// What they say of their licences stands in LICENSES.txt.
		comments: false,
	});
	await bundle.close();
	const modules = output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
	writeFileSync(join(folder, 'LICENSES.txt'), licences(modules));
}

interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly license?: string;
	/** How it was written once. */
	readonly licenses?: ReadonlyArray<{ readonly type: string }>;
	readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** What a package would only use where somebody has installed it stays outside. */
function isOptional(name: string, importer: string): boolean {
	const folder = packageFolder(importer);
	if (folder === undefined) return false;
	return readManifest(folder).peerDependenciesMeta?.[name]?.optional === true;
}

/** The licences of the packages that the given files belong to. */
function licences(files: readonly string[]): string {
	const folders = new Set(files.flatMap((file) => packageFolder(file) ?? []));
	const entries = [...folders].map((folder) => {
		const manifest = readManifest(folder);
		const { name, version, license = manifest.licenses?.[0]?.type } = manifest;
		const file = readdirSync(folder).find((entry) => /^(un)?licen[cs]e/i.test(entry));
		if (license === undefined) throw new Error(`${name} does not tell its licence`);
		const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
		return `${name} ${version} (${license})\n\n${text}\n`;
	});
	return entries.sort().join(`\n${'-'.repeat(80)}\n\n`);
}

function readManifest(folder: string): Manifest {
	return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function packageFolder(file: string): string | undefined {
	const parts = file.split(sep);
	const place = parts.lastIndexOf('node_modules');
	if (place === -1) return undefined;
	const names = parts[place + 1]?.startsWith('@') ? 2 : 1;
	const folder = parts.slice(0, place + 1 + names).join(sep);
	return existsSync(join(folder, 'package.json')) ? folder : undefined;
}
