import type { ICredentialTestRequest } from 'n8n-workflow';

/** How n8n tests a credential that may be there to receive only. */
interface ReceivingTest {
	/** Label of the field without which nothing can be verified. */
	readonly secretLabel: string;
	/** Expression that is true where the credential can do what it is for without the API. */
	readonly hasSecret: string;
	/** Expression that is true where there is a key for the API. */
	readonly hasKey: string;
	/** Expression that gives the address to read with the key. */
	readonly url: string;
}

/**
 * With a key, the provider's API is read. Without one nothing is connected to: the request is for a
 * `data:` address, which holds its own answer. A forgotten secret is told as such, whatever else is there.
 *
 * Not by a function of a node (`testedBy`): n8n gives those no network policy to ask.
 */
export function receivingTest(test: ReceivingTest): ICredentialTestRequest {
	const answer = (body: object) =>
		`"data:application/json,${encodeURIComponent(JSON.stringify(body))}"`;
	const { secretLabel, hasSecret, hasKey, url } = test;
	return {
		request: {
			url: `={{ !(${hasSecret}) ? ${answer({ problem: 'secret' })} : ${hasKey} ? ${url} : ${answer({})} }}`,
		},
		rules: [
			{
				type: 'responseSuccessBody',
				properties: {
					key: 'problem',
					value: 'secret',
					message: `'${secretLabel}' is empty, so no delivery can be verified. Fill it in.`,
				},
			},
		],
	};
}

/** Expression of the credential's Base URL without a slash at its end. */
export const BASE_URL = '$credentials.baseUrl.trim().replace(/\\/+$/, "")';
