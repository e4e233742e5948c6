import { describe, expect, test } from 'vitest';
import { redactor } from '../../lib/net/redact.ts';

describe('what is hidden in the words of others', () => {
	test.each([
		['a token within a word', 'abcd1234', 'xabcd1234y', 'x[hidden]y'],
		['the token behind its scheme', 'Bearer abc-4567', 'no abc-4567 here', 'no [hidden] here'],
		[
			'both halves of a key',
			'token k-1234567:s-1234567',
			's-1234567, k-1234567',
			'[hidden], [hidden]',
		],
		['a long password of letters only', 'swordfish', 'no swordfish here', 'no [hidden] here'],
		['a short value with digits, as a word', 'ab12', 'bad "ab12"', 'bad "[hidden]"'],
		['a number', 48_151, 'PIN 48151 is wrong', 'PIN [hidden] is wrong'],
		['a short word that is all there is', 'hunter', ' hunter ', '[hidden]'],
		[
			'a short word behind what names it',
			'open',
			'password "open" is wrong',
			'password "[hidden]" is wrong',
		],
		['the same as a field', 'open', '{"apiKey":"open"}', '{"apiKey":"[hidden]"}'],
		['the same in a query', 'open', '/x?access_token=open', '/x?access_token=[hidden]'],
		['in an address', 'p@ss/w0rd=1+x', '/x?t=p%40ss%2Fw0rd%3D1%2Bx', '/x?t=[hidden]'],
		['in a form', "p@ss w0rd'!", 'token=p%40ss+w0rd%27%21', 'token=[hidden]'],
		['in an address of a browser', "p@ss w0rd'!", "?t=p%40ss%20w0rd'!", '?t=[hidden]'],
		['without the escapes of an address', 'sid=abc%40def12', 'no abc@def12', 'no [hidden]'],
		['in JSON of JavaScript', 'a"b\\c-secret', '{"t":"a\\"b\\\\c-secret"}', '{"t":"[hidden]"}'],
		['in JSON of Python', 'contraseña9', '{"t":"contrase\\u00f1a9"}', '{"t":"[hidden]"}'],
		['in JSON of PHP', 'abc/ñef/12345', '{"t":"abc\\/\\u00f1ef\\/12345"}', '{"t":"[hidden]"}'],
		['in HTML', `a<b&'c-secret`, 'no a&lt;b&amp;&#039;c-secret', 'no [hidden]'],
		[
			'the password of a Basic authorization',
			`Basic ${Buffer.from('ana:sw0rdfish9').toString('base64')}`,
			'ana has another password than sw0rdfish9',
			'ana has another password than [hidden]',
		],
		[
			'a value in quotes, and not its name',
			'Digest username="ana", response="0a4f113b"',
			'the response 0a4f113b of username ana',
			'the response [hidden] of username ana',
		],
	])('%s', (_name, secret, text, shown) => {
		expect(redactor({ secret })(text)).toBe(shown);
	});

	test.each([
		['an ordinary word', 'open', 'The connection is open, and was opened before'],
		['a word at the start of a sentence', 'Shop', 'Shop 7 is not known'],
		['capitals', 'POST', 'POST is not allowed'],
		['a part of a longer word', 'ab12', 'id 4ab123'],
		['two letters', 'ab', 'a b ab'],
		['the scheme of a header', 'Basic', 'Basic is not allowed here'],
	])('%s stays', (_name, secret, text) => {
		expect(redactor({ secret })(text)).toBe(text);
	});
});
