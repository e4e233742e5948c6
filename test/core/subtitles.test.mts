import type { INodeProperties } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { packageNodes } from '../support/packageNodes.mts';

/** The parameters that a subtitle may go by, each with all its values. */
const CHOICES = ['resource', 'operation', 'transport', 'gateway', 'scheme', 'scope'];

describe('the subtitle of', () => {
	for (const { description } of packageNodes()) {
		const { displayName, subtitle = '', properties } = description;
		const valuesOf = (name: string) => [
			...new Set(
				properties
					.filter((one) => one.name === name && one.type === 'options')
					.flatMap(({ options = [] }) => options)
					.flatMap((one) => ('value' in one ? [one.value] : [])),
			),
		];
		const named = CHOICES.filter((name) => subtitle.includes(`$parameter["${name}"]`));
		const choices = named.flatMap((name) => valuesOf(name).map((value) => ({ name, value })));
		if (choices.length === 0) continue;

		test.each(choices)(`${displayName} says something where $name is $value`, ({ name, value }) => {
			const parameters = Object.fromEntries(
				properties.map((one: INodeProperties) => [one.name, one.default] as const),
			);
			const code = /^=\{\{(.*)\}\}$/s.exec(subtitle)?.[1] ?? '';
			const read = new Function('$parameter', `return ${code}`) as (
				parameters: Readonly<Record<string, unknown>>,
			) => unknown;
			const shown = read({ ...parameters, [name]: value });
			expect(shown).toMatch(/^\S/);
			expect(shown).not.toContain('undefined');
		});
	}
});
