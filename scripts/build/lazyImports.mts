import { type PluginObject, template, transformAsync, types } from '@babel/core';
import commonJs from '@babel/plugin-transform-modules-commonjs';
import { createRequire } from 'node:module';

/** Its modules for import cannot be loaded by Node. */
const { NodeConnectionTypes } = createRequire(import.meta.url)('n8n-workflow') as {
	NodeConnectionTypes: Readonly<Record<string, string>>;
};

/** Says where a file finds a package that was named in an import. */
export type PlaceOf = (packageName: string, file: string) => string;

/**
 * Turns a module as tsc emits it, with imports, into one that n8n can load, in which each import is
 * required when it is used for the first time: to tell n8n what the nodes look like, almost nothing of
 * what they do is loaded.
 *
 * @param code an ECMAScript module
 */
export async function withLazyImports(
	code: string,
	file: string,
	placeOf: PlaceOf,
): Promise<string> {
	const result = await transformAsync(code, {
		filename: file,
		configFile: false,
		babelrc: false,
		plugins: [
			() => constantsOfN8n,
			() => packagePlaces(file, placeOf),
			[commonJs, { lazy: () => true }],
		],
	});
	if (typeof result?.code !== 'string') throw new Error(`${file} could not be transformed`);
	return `${result.code}\n`;
}

/**
 * Writes the kinds of connection, which every description names, in place: n8n-workflow is 560 modules,
 * loaded already in n8n, but not where somebody looks at the nodes without n8n.
 */
const constantsOfN8n: PluginObject = {
	visitor: {
		MemberExpression(path) {
			const { object, property, computed } = path.node;
			if (computed || !types.isIdentifier(object) || !types.isIdentifier(property)) return;
			if (!path.get('object').referencesImport('n8n-workflow', 'NodeConnectionTypes')) return;
			const value = NodeConnectionTypes[property.name];
			if (value !== undefined) path.replaceWith(types.stringLiteral(value));
		},
	},
};

function packagePlaces(file: string, placeOf: PlaceOf): PluginObject {
	return {
		visitor: {
			ImportDeclaration({ node: { source } }) {
				if (!source.value.startsWith('.')) source.value = placeOf(source.value, file);
			},
			// What import() has loaded outlives an update of the package in a running n8n, which clears the
			// cache of require() only.
			ImportExpression(path) {
				const { source } = path.node;
				if (!types.isStringLiteral(source))
					throw new Error(`${file}: import() of what is not a text`);
				const place = source.value.startsWith('.') ? source.value : placeOf(source.value, file);
				path.replaceWith(
					template.expression
						.ast`Promise.resolve().then(() => require(${types.stringLiteral(place)}))`,
				);
			},
		},
	};
}
