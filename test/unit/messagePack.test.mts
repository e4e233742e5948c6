import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clusterMessage } from '../../lib/realtime/socketIo/cluster.ts';
import { messagePack } from '../../lib/realtime/socketIo/messagePack.ts';

const target = { namespace: '/', rooms: [], except: [], keyPrefix: 'socket.io' };

/** The reader of the servers' adapter. */
const { decode } = createRequire(import.meta.resolve('@socket.io/redis-adapter'))(
	'notepack.io',
) as { decode(packed: Buffer): unknown };
const read = (value: unknown) => JSON.stringify(decode(messagePack(value)));

function nested(depth: number): unknown {
	let value: unknown = 1;
	for (let n = 0; n < depth; n += 1) value = n % 2 === 0 ? [value] : { a: value };
	return value;
}

describe('what JSON can say, as MessagePack', () => {
	test.each<[string, unknown]>([
		['2^64', 2 ** 64],
		['more', [1e25, { total: 1.7e308 }, -(2 ** 63) - 2048, -1e30]],
		['up to 2^64', [2 ** 64 - 2048, 2 ** 63, 2 ** 53, 2 ** 53 - 1, 1_700_000_000_000]],
		['down to -2^63', [-(2 ** 63), -(2 ** 53), -(2 ** 31) - 1, -(2 ** 31), -129, -33, -32, -1]],
		['borders', [0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1, 2 ** 32]],
		['fractions', [0.1, -1.5, 5e-324]],
		['no numbers', [NaN, Infinity, -Infinity, -0]],
		['typed arrays', { a: new Uint8Array([1, 255]), b: [new Float64Array([0.5, -1])] }],
		['bytes', { a: Buffer.from('añ'), b: new ArrayBuffer(4), c: new DataView(new ArrayBuffer(2)) }],
		['dates', [new Date(0), new Date('1965-01-01T00:00:00.123Z'), { at: new Date(NaN) }]],
		['toJSON', { a: { toJSON: () => ({ b: undefined, c: 1 }) } }],
		['nothing', { a: undefined, b: [undefined, () => 1, Symbol('s')], c: () => 1, d: Symbol('s') }],
		['maps', [new Map([[1, 2]]), new Set([1])]],
		['long ones', ['x'.repeat(31), 'x'.repeat(32), 'ñ'.repeat(200), '😀'.repeat(40_000)]],
		['many', [new Array(15).fill(1), new Array(16).fill(null), new Array(70_000).fill(true)]],
		['names', Object.fromEntries(Array.from({ length: 66_000 }, (_, n) => [`n${n}`, n]))],
	])('%s', (_name, value) => expect(read(value)).toBe(JSON.stringify(value)));

	test('half an emoji takes nothing away', () => {
		expect(read({ text: 'cut \ud83d here' })).toBe('{"text":"cut \ufffd here"}');
	});

	test('any value', () => {
		const anything = fc.anything({
			withDate: true,
			withTypedArray: true,
			withNullPrototype: true,
			withSparseArray: true,
			key: fc.string().filter((name) => name !== '__proto__' && name !== 'toJSON'),
		});
		fc.assert(
			fc.property(anything, (value) => {
				expect(read([value])).toBe(JSON.stringify([value]));
			}),
			{ numRuns: 300 },
		);
	});

	test('what could not arrive is named by where it is', () => {
		const payload = JSON.parse('{"items":[{},{"order":{"__proto__":{"a":1}}}]}') as unknown;
		expect(() => clusterMessage(target, 'e', payload)).toThrow(
			"'payload.items.1.order.__proto__' would be lost",
		);
		expect(() => clusterMessage(target, 'e', nested(2000))).toThrow(
			/'payload\.a\.0\.a.*…' is nested more than 1000 levels deep/,
		);
		expect(() => clusterMessage(target, 'e', nested(900))).not.toThrow();
	});
});
