import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { CHECKOUT } from '../support/paths.mts';

/** JSON Schema, as far as n8n's editor reads it. */
export interface OutputSchema {
	readonly type: 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object';
	readonly properties?: Readonly<Record<string, OutputSchema>>;
	readonly items?: OutputSchema;
}

/** Objects in objects; nobody maps what is deeper before it has been seen. */
const DEEPEST = 6;

/**
 * What each node puts out, made of the types of `nodes/outputs.ts`.
 *
 * @returns schemas by their place, such as `History/v1/event/get`
 */
export function outputSchemas(): Map<string, OutputSchema> {
	const configFile = join(CHECKOUT, 'tsconfig.json');
	const { options } = ts.parseJsonConfigFileContent(
		ts.readConfigFile(configFile, (path) => ts.sys.readFile(path)).config,
		ts.sys,
		CHECKOUT,
	);
	const file = join(CHECKOUT, 'nodes', 'outputs.ts');
	const program = ts.createProgram([file], { ...options, noEmit: true });
	const checker = program.getTypeChecker();
	const source = program.getSourceFile(file);
	const outputs = source?.statements.find(
		(node) => ts.isInterfaceDeclaration(node) && node.name.text === 'NodeOutputs',
	);
	if (outputs === undefined) throw new Error(`${file} has no NodeOutputs`);
	const properties = checker.getTypeAtLocation(outputs).getProperties();
	return new Map(
		properties.map((place) => [
			place.name,
			schemaOf(checker, checker.getTypeOfSymbolAtLocation(place, outputs), outputs),
		]),
	);
}

/**
 * Writes each schema to where n8n looks for it: beside the node, as `__schema__/v1.0.0/event/get.json`.
 *
 * @param nodes folder of the built nodes
 * @see `resolveOutputSchemaPath` in n8n-core, and `getSchemaPreview` in n8n's editor
 */
export function writeOutputSchemas(nodes: string): void {
	for (const [place, schema] of outputSchemas()) {
		const [folder = '', version = '', ...rest] = place.split('/');
		const path = join(nodes, folder, '__schema__', [`${version}.0.0`, ...rest].join('/'));
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(`${path}.json`, `${JSON.stringify({ ...schema, version: 1 }, null, 2)}\n`);
	}
}

function schemaOf(checker: ts.TypeChecker, type: ts.Type, place: ts.Node, level = 0): OutputSchema {
	const parts = (type.isUnion() ? type.types : [type]).filter(
		({ flags }) => (flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)) === 0,
	);
	const [first] = parts;
	if (first === undefined) return { type: 'null' };
	const has = (flags: ts.TypeFlags) => parts.every((part) => (part.flags & flags) !== 0);
	if (has(ts.TypeFlags.StringLike)) return { type: 'string' };
	if (has(ts.TypeFlags.NumberLike)) return { type: 'number' };
	if (has(ts.TypeFlags.BooleanLike)) return { type: 'boolean' };
	if (first.getSymbol()?.name === 'Date') return { type: 'string' };
	if (checker.isArrayType(first) || checker.isTupleType(first)) {
		const [item] = checker.getTypeArguments(first as ts.TypeReference);
		const items = item === undefined ? undefined : schemaOf(checker, item, place, level + 1);
		return { type: 'array', ...(items === undefined ? {} : { items }) };
	}
	const objects = parts.filter(({ flags }) => (flags & ts.TypeFlags.Object) !== 0 || isBoth(flags));
	// Whatever the provider sends: most often an object, of which nothing is known.
	if (objects.length === 0) return { type: has(ANY) ? 'object' : 'string' };
	const properties: Record<string, OutputSchema> = {};
	for (const object of level > DEEPEST ? [] : objects) {
		for (const property of checker.getPropertiesOfType(object)) {
			const own = checker.getTypeOfSymbolAtLocation(property, place);
			properties[property.name] ??= schemaOf(checker, own, place, level + 1);
		}
	}
	return { type: 'object', properties };
}

const ANY = ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive;

const isBoth = (flags: ts.TypeFlags) => (flags & ts.TypeFlags.Intersection) !== 0;
