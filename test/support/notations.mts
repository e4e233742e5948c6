/** Every way to write an IPv4 address in a URL that some program understands. */
export function notations(bytes: readonly [number, number, number, number]): string[] {
	const [a, b, c, d] = bytes;
	const value = ((a * 256 + b) * 256 + c) * 256 + d;
	const high = (a * 256 + b).toString(16);
	const low = (c * 256 + d).toString(16);
	const dotted = bytes.join('.');
	const hex = (number: number) => `0x${number.toString(16)}`;
	const octal = (number: number) => `0${number.toString(8)}`;
	const inverted = (text: string) => (0xffff - parseInt(text, 16)).toString(16);
	const fullWidth = [...dotted].map((sign) =>
		sign === '.' ? '。' : String.fromCodePoint(0xff10 + Number(sign)),
	);
	const percent = [...dotted].map((sign) => `%${sign.charCodeAt(0).toString(16)}`);
	return [
		...[dotted, `${dotted}.`, fullWidth.join(''), percent.join('')],
		...[String(value), hex(value), hex(value).toUpperCase(), octal(value)],
		...[bytes.map(hex).join('.'), bytes.map(octal).join('.'), `${hex(a)}.${b}.${octal(c)}.${d}`],
		...[
			`${a}.${(b * 256 + c) * 256 + d}`,
			`${a}.${b}.${c * 256 + d}`,
			`00${octal(a)}.${b}.${c}.${d}`,
		],
		...[`[::ffff:${dotted}]`, `[::ffff:${high}:${low}]`, `[0:0:0:0:0:FFFF:${dotted}]`],
		...[
			`[::${dotted}]`,
			`[::ffff:0:${dotted}]`,
			`[64:ff9b::${dotted}]`,
			`[64:ff9b::${high}:${low}]`,
		],
		...[`[64:ff9b:1::${dotted}]`, `[2002:${high}:${low}::1]`, `[2001:0:${high}:${low}::1]`],
		...[`[2001::${inverted(high)}:${inverted(low)}]`, `[2606:4700::5efe:${dotted}]`],
		...[`[2606:4700::200:5efe:${dotted}]`],
	];
}
