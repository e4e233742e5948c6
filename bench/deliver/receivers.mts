import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import type { Arrived } from './receiverProcess.mts';
import type { BenchDelivery, BenchSubscriber } from './work.mts';

const PROGRAM = fileURLToPath(new URL('./receiverProcess.mts', import.meta.url));

/** Subscribers with a server each, all in another process. */
export class Receivers {
	readonly subscribers: readonly BenchSubscriber[];
	private readonly child: ChildProcess;

	private constructor(child: ChildProcess, ports: readonly number[]) {
		this.child = child;
		this.subscribers = ports.map((port, index) => ({
			id: `sub_${String(index).padStart(3, '0')}`,
			url: `http://127.0.0.1:${port}/hooks`,
			secret: `whsec_${randomBytes(32).toString('base64')}`,
		}));
	}

	static async start(count: number): Promise<Receivers> {
		const child = fork(PROGRAM, [String(count)]);
		return new Receivers(child, await answerOf<number[]>(child));
	}

	/**
	 * Forgets what arrived.
	 *
	 * @throws where it is not each of the deliveries once, or where a signature does not verify
	 */
	async check(
		deliveries: readonly BenchDelivery[],
		{ signed }: { signed: boolean },
	): Promise<void> {
		const answer = answerOf<Arrived>(this.child);
		this.child.send('collect');
		const { requests, bytes, ids, samples } = await answer;
		const each = deliveries.length / this.subscribers.length;
		const wrong = requests.findIndex((number) => number !== each);
		if (wrong !== -1)
			throw new Error(`${requests[wrong]} of ${each} arrived at subscriber ${wrong}`);
		const expected = deliveries.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
		if (bytes !== expected) throw new Error(`${bytes} bytes arrived, ${expected} were to`);
		if (!signed) return;
		if (ids !== deliveries.length) throw new Error(`${ids} different deliveries arrived`);
		for (const { port, headers, body } of samples) {
			const secret = this.subscribers[port]?.secret ?? '';
			new Webhook(secret).verify(body, headers as Record<string, string>);
		}
	}

	stop(): void {
		this.child.disconnect();
	}
}

/** The next thing that the process says. */
async function answerOf<T>(child: ChildProcess): Promise<T> {
	const ended = new AbortController();
	const fail = () => ended.abort(new Error('The process of the receivers ended'));
	child.once('exit', fail);
	try {
		const [answer] = (await once(child, 'message', { signal: ended.signal })) as [T];
		return answer;
	} finally {
		child.removeListener('exit', fail);
	}
}
