import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { promises as dns, type LookupAddress } from 'node:dns';
import { isIPv4 } from 'node:net';

const TYPE = { A: 1, CNAME: 5, AAAA: 28 } as const;

const NXDOMAIN = 3;

const SERVFAIL = 2;

/** What the server says for a name: addresses and aliases, nothing, or not a word. */
export type NameAnswer = ReadonlyArray<string | { cname: string }> | 'silence' | 'failure';

/**
 * A DNS server on 127.0.0.1 (RFC 1035, UDP), and the resolver that asks it. It may change its mind
 * from one query to the next, as rebinding name servers do.
 */
export class TestNameServer {
	/** `A example.com`, in the order of their arrival. */
	readonly queries: string[] = [];
	private readonly answers = new Map<string, readonly NameAnswer[]>();
	private readonly asked = new Map<string, number>();
	private readonly socket: Socket;
	private readonly resolvers = new Set<dns.Resolver>();

	constructor(socket: Socket) {
		this.socket = socket;
		socket.on('message', (query, sender) => this.reply(query, sender));
	}

	static async start(): Promise<TestNameServer> {
		const socket = createSocket('udp4');
		await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
		return new TestNameServer(socket);
	}

	/** @param rounds the answer to the first query, the second, …; the last one stays */
	set(name: string, ...rounds: NameAnswer[]): void {
		this.answers.set(name, rounds);
		for (const type of Object.keys(TYPE)) this.asked.delete(`${type} ${name}`);
	}

	/** Asks for IPv4 and IPv6 addresses, as `dns.lookup` does, but this server instead of the system's. */
	readonly resolve = async (hostname: string): Promise<LookupAddress[]> => {
		// A new one each time: that of Node 20.18 remembers that there was no address of a kind.
		const resolver = new dns.Resolver({ timeout: 1_000, tries: 1 });
		resolver.setServers([`127.0.0.1:${this.socket.address().port}`]);
		this.resolvers.add(resolver);
		const [four, six] = await Promise.allSettled([
			resolver.resolve4(hostname),
			resolver.resolve6(hostname),
		]);
		this.resolvers.delete(resolver);
		if (four.status === 'rejected' && six.status === 'rejected') throw four.reason;
		return [
			...(four.status === 'fulfilled' ? four.value : []).map((address) => ({ address, family: 4 })),
			...(six.status === 'fulfilled' ? six.value : []).map((address) => ({ address, family: 6 })),
		];
	};

	close(): void {
		for (const resolver of this.resolvers) resolver.cancel();
		this.socket.close();
	}

	private reply(query: Buffer, { port, address }: RemoteInfo): void {
		const { name, type, end } = readQuestion(query);
		const key = `${nameOf(type)} ${name}`;
		this.queries.push(key);
		const round = this.asked.get(key) ?? 0;
		this.asked.set(key, round + 1);
		const rounds = this.answers.get(name);
		const answer = rounds?.[Math.min(round, rounds.length - 1)];
		if (answer === 'silence') return;
		const records = Array.isArray(answer) ? this.records(name, type, answer) : [];
		const header = Buffer.from(query.subarray(0, 12));
		const code = answer === undefined ? NXDOMAIN : answer === 'failure' ? SERVFAIL : 0;
		// A response, recursion desired and available.
		header.writeUInt16BE(0x8180 | code, 2);
		header.writeUInt16BE(records.length, 6);
		header.writeUInt32BE(0, 8);
		this.socket.send(Buffer.concat([header, query.subarray(12, end), ...records]), port, address);
	}

	/** The records of a type, and an alias with those of its target. */
	private records(
		name: string,
		type: number,
		answer: ReadonlyArray<string | { cname: string }>,
	): Buffer[] {
		return answer.flatMap((entry) => {
			if (typeof entry !== 'string') {
				const target = this.answers.get(entry.cname)?.[0];
				const further = Array.isArray(target) ? this.records(entry.cname, type, target) : [];
				return [record(name, TYPE.CNAME, encodeName(entry.cname)), ...further];
			}
			const own = isIPv4(entry) ? TYPE.A : TYPE.AAAA;
			return own === type ? [record(name, type, encodeAddress(entry))] : [];
		});
	}
}

function nameOf(type: number): string {
	return Object.entries(TYPE).find(([, code]) => code === type)?.[0] ?? `TYPE${type}`;
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
	const labels: string[] = [];
	let at = 12;
	for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
		labels.push(query.toString('latin1', at + 1, at + 1 + length));
		at += length + 1;
	}
	return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** A record of class IN that nobody may keep. */
function record(name: string, type: number, data: Buffer): Buffer {
	const fields = Buffer.alloc(10);
	fields.writeUInt16BE(type, 0);
	fields.writeUInt16BE(1, 2);
	fields.writeUInt16BE(data.length, 8);
	return Buffer.concat([encodeName(name), fields, data]);
}

function encodeName(name: string): Buffer {
	const labels = name.split('.').map((label) => Buffer.from(label, 'latin1'));
	const parts = labels.flatMap((label) => [Buffer.from([label.length]), label]);
	return Buffer.concat([...parts, Buffer.from([0])]);
}

/** @param address IPv6 in groups that may be left out once */
function encodeAddress(address: string): Buffer {
	if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
	const { hostname } = new URL(`http://[${address}]`);
	const [head = '', tail = ''] = hostname.slice(1, -1).split('::');
	const groups = (text: string) => (text === '' ? [] : text.split(':')).map((g) => parseInt(g, 16));
	const [first, last] = [groups(head), groups(tail)];
	const zeros = Array<number>(8 - first.length - last.length).fill(0);
	const data = Buffer.alloc(16);
	[...first, ...zeros, ...last].forEach((group, index) => data.writeUInt16BE(group, index * 2));
	return data;
}
