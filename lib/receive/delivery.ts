import type { IncomingHttpHeaders } from 'node:http';

/** One HTTP request of a provider, before anything in it is believed. */
export interface Delivery {
	/** The bytes as they came, after content decoding (gzip, deflate); what signatures cover. */
	readonly rawBody: Buffer;
	/** Header names in lower case, as Node.js gives them. */
	readonly headers: IncomingHttpHeaders;
	/** Parameters of the URL; one that comes twice is an array. */
	readonly query: Readonly<Record<string, unknown>>;
	/** Address of the sender, behind as many proxies as the host was told to trust. */
	readonly remoteAddress: string;
	readonly receivedAt: Date;
}

/** All values of a header that may come once, repeated, or as one comma-separated line. */
export function headerValues(headers: IncomingHttpHeaders, name: string): string[] {
	const value = headers[name];
	if (value === undefined) return [];
	return (Array.isArray(value) ? value : [value])
		.flatMap((line) => line.split(/[\s,]+/))
		.filter((part) => part !== '');
}
