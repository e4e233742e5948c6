/** Random numbers that a seed repeats (mulberry32), each at least 0 and below 1. */
export function seeded(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Names that mean something to JavaScript, and some that mean nothing to anybody. */
const NAMES = [
	'__proto__',
	'constructor',
	'toString',
	'hasOwnProperty',
	'valueOf',
	'length',
	'then',
	'toJSON',
	'',
	' ',
	'\u0000',
	'\ud800',
	'ñ'.repeat(300),
	'0',
	'*',
];

/** Stand for what JSON can say and `JSON.stringify` cannot. */
const NUMBERS = [
	['\u0001big', '12345678901234567890'],
	['\u0001negative', '-98765432109876543210'],
	['\u0001infinite', '1e999'],
	['\u0001tiny', '-1e-999'],
] as const;

type Random = () => number;

/**
 * The text of a body with one to four things changed: fields dropped, named otherwise, swapped, told
 * twice, their values retyped, wrapped, nested or replaced by something hostile. A JSON object stays
 * one.
 */
export function mutatedText(body: object, random: Random): string {
	const copy = structuredClone(body);
	for (let left = 1 + pick(4, random); left > 0; left -= 1) mutate(copy, random);
	let text = JSON.stringify(copy);
	for (const [mark, number] of NUMBERS) text = text.replaceAll(JSON.stringify(mark), number);
	return text;
}

function mutate(body: object, random: Random): void {
	const places = placesOf(body);
	const place = places[pick(places.length, random)];
	if (place === undefined) return;
	const { holder, name } = place;
	const value: unknown = Reflect.get(holder, name);
	const another = places[pick(places.length, random)] ?? place;
	switch (pick(8, random)) {
		case 0:
			if (Array.isArray(holder)) holder.splice(Number(name), 1);
			else Reflect.deleteProperty(holder, name);
			break;
		case 1:
		case 2:
			put(holder, name, retyped(value, random));
			break;
		case 3:
			put(holder, name, hostile(random));
			break;
		case 4:
			put(holder, NAMES[pick(NAMES.length, random)] ?? '', value);
			break;
		case 5:
			// Never a value inside itself.
			put(another.holder, another.name, structuredClone(value));
			break;
		case 6:
			put(holder, another.name, hostile(random));
			break;
		default:
			put(holder, name, wrapped(value, random));
	}
}

interface Place {
	readonly holder: object;
	readonly name: string;
}

function placesOf(value: unknown, depth = 0): Place[] {
	if (typeof value !== 'object' || value === null || depth > 12) return [];
	return Object.keys(value).flatMap((name) => [
		{ holder: value, name },
		...placesOf(Reflect.get(value, name), depth + 1),
	]);
}

/** Also a field called `__proto__` is a field. */
function put(holder: object, name: string, value: unknown): void {
	if (Array.isArray(holder)) {
		holder[/^\d{1,2}$/.test(name) ? Number(name) : holder.length] = value;
		return;
	}
	Object.defineProperty(holder, name, {
		value,
		enumerable: true,
		configurable: true,
		writable: true,
	});
}

/** The same in another form. */
function retyped(value: unknown, random: Random): unknown {
	const forms: unknown[] = [
		[value],
		[value, value],
		null,
		JSON.stringify(value ?? null),
		{ text: value },
		{ _serialized: value },
		{ value },
	];
	if (typeof value === 'number')
		forms.push(String(value), { low: value, high: 0, unsigned: true }, -value);
	if (typeof value === 'string')
		forms.push(Number(value), value.length, `${value}${value}`, value.slice(1));
	if (typeof value === 'boolean') forms.push(String(value), value ? 1 : 0, !value);
	if (typeof value === 'object' && value !== null)
		forms.push(Object.values(value), Object.keys(value).join());
	return structuredClone(forms[pick(forms.length, random)]);
}

function wrapped(value: unknown, random: Random): unknown {
	const name = ['message', 'data', 'payload', 'key', 'event', 'id'][pick(6, random)] ?? 'data';
	let nested: unknown = structuredClone(value);
	for (let depth = [1, 2, 20, 200][pick(4, random)] ?? 1; depth > 0; depth -= 1) {
		nested = pick(2, random) === 0 ? { [name]: nested } : [nested];
	}
	return nested;
}

function hostile(random: Random): unknown {
	const values: unknown[] = [
		...NAMES,
		...NUMBERS.map(([mark]) => mark),
		0,
		-1,
		1.5,
		true,
		false,
		{},
		[],
		[[]],
		[null],
		{ length: -1 },
		{ toString: 1, valueOf: null },
		'x'.repeat(2_000),
		'9'.repeat(400),
		'false_@_',
		'@',
		'1970-13-45T99:99:99Z',
		'\u{1F600}\ud83d',
	];
	return structuredClone(values[pick(values.length, random)]);
}

function pick(below: number, random: Random): number {
	return Math.floor(random() * below);
}
