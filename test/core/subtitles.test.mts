import type { INodeProperties } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { packageNodes } from '../support/packageNodes.mts';

/** The parameters that a subtitle may go by, each with all its values. */
const CHOICES = ['resource', 'operation', 'transport', 'gateway', 'scheme', 'scope'];

type Values = Readonly<Record<string, unknown>>;

/** What a subtitle's code says, by what n8n gives it: parameters evaluated, and as they are written. */
function shown(subtitle: string, parameters: Values, raw: Values = parameters): unknown {
	const code = /^=\{\{(.*)\}\}$/s.exec(subtitle)?.[1] ?? '';
	const read = new Function('$parameter', '$rawParameter', `return ${code}`) as (
		parameters: Values,
		raw: Values,
	) => unknown;
	return read(parameters, raw);
}

const defaultsOf = (properties: readonly INodeProperties[]): Values =>
	Object.fromEntries(properties.map((one) => [one.name, one.default] as const));

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
			const words = shown(subtitle, { ...defaultsOf(properties), [name]: value });
			expect(words).toMatch(/^\S/);
			expect(words).not.toContain('undefined');
		});
	}

	test('Yape Trigger names the events as the list does', () => {
		const yape = packageNodes().find(({ description }) => description.name === 'yapeTrigger');
		const { subtitle = '' } = yape?.description ?? {};
		const words = (events: string[]) => shown(subtitle, {}, { events });
		expect(words(['yape.payment.received', 'webhook.refused'])).toBe(
			'Payment Received, Refused Deliveries',
		);
		expect(words(['*', 'webhook.refused'])).toBe('All notifications');
		expect(words(['yape.new'])).toBe('yape.new');
	});

	// On the canvas there is no item yet: n8n shows nothing of a subtitle with one that fails.
	const EXPRESSION = '={{ $json.chosen }}';
	const asExpressions = packageNodes().flatMap(({ description }) =>
		description.properties
			.filter(({ name, type }) => type !== 'notice' && !CHOICES.includes(name))
			.filter(({ name }) => new RegExp(`\\$\\w+\\["${name}"\\]`).test(description.subtitle ?? ''))
			.map(({ name }) => [description.displayName, name, description] as const),
	);

	test.each(asExpressions)(
		'%s says something where %s is an expression',
		(_, name, { subtitle = '', properties }) => {
			for (const scope of ['one', 'all']) {
				const raw = { ...defaultsOf(properties), scope, [name]: EXPRESSION };
				const evaluated = {
					...raw,
					get [name](): unknown {
						throw new Error('There is no item');
					},
				};
				const words = shown(subtitle, evaluated, raw);
				expect(words).toMatch(/^\S/);
				expect(words).not.toContain('{{');
			}
		},
	);

	test('reads parameters that can be expressions in some', () => {
		expect(asExpressions.length).toBeGreaterThan(2);
	});
});
