import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { INodeType } from 'n8n-workflow';
import { CHECKOUT } from '../../scripts/support/paths.mts';

const require = createRequire(import.meta.url);

/** The nodes that package.json names, as n8n loads them from the build. */
export function packageNodes(): INodeType[] {
	const manifest = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as {
		n8n: { nodes: string[] };
	};
	return manifest.n8n.nodes.map((file) => {
		const name = file.replace(/^.*\/|\.node\.js$/g, '');
		const exported = require(join(CHECKOUT, file)) as Record<string, new () => INodeType>;
		const Type = exported[name];
		if (Type === undefined) throw new Error(`${file} exports no ${name}`);
		return new Type();
	});
}
