import type { NodeWebSocket } from 'socket.io-client';
import { beforeEach, expect, test } from 'vitest';
import { guardDecoding } from '../../lib/realtime/socketIo/guardedDecoding.ts';
import {
	monitoredWebSocket,
	WriteMonitor,
} from '../../lib/realtime/socketIo/monitoredTransport.ts';

const told: string[] = [];
beforeEach(() => void told.splice(0));

function guarded(read: () => void): void {
	try {
		read();
	} catch (error) {
		told.push((error as Error).message);
	}
}

/** Decodes texts; `bad` throws, and then everything until it has forgotten what it had begun. */
class StubDecoder {
	readonly decoded: unknown[] = [];
	private stuck = false;

	add(data: unknown): void {
		this.stuck ||= data === 'bad';
		if (this.stuck) throw new Error('cannot be decoded');
		this.decoded.push(data);
	}

	/** As with a packet whose binary data do not come. */
	begin(): void {
		this.stuck = true;
	}

	destroy(): void {
		this.stuck = false;
	}
}

test('what cannot be decoded is dropped, and what follows is decoded', () => {
	const decoder = new StubDecoder();
	guardDecoding({ decoder }, guarded);
	for (const data of ['2["a"]', 'bad', '2["b"]', '2/ns,12["c"]', Buffer.from('d'), '0', '3']) {
		decoder.add(data);
	}
	expect(decoder.decoded).toEqual(['2["a"]', '2["b"]', '2/ns,12["c"]', Buffer.from('d'), '0', '3']);
	expect(told).toEqual(['cannot be decoded']);
});

test('where a packet was not complete, the one behind it is decoded', () => {
	const decoder = new StubDecoder();
	decoder.begin();
	guardDecoding({ decoder }, guarded);
	decoder.add('2["a"]');
	expect(decoder.decoded).toEqual(['2["a"]']);
	expect(told).toEqual(['cannot be decoded']);
});

test.each(['2', '2/ns,', '2/ns', '27', '2/ns,7', '4', '4/ns,'])(
	'an event or a refusal without content is dropped: %s',
	(packet) => {
		const decoder = new StubDecoder();
		guardDecoding({ decoder }, guarded);
		decoder.add(packet);
		expect(decoder.decoded).toEqual([]);
		expect(told).toEqual(['no content']);
	},
);

test('what a transport cannot read is dropped: nobody else would catch it', () => {
	const read: unknown[] = [];
	class Base {
		onPacket(packet: { data: unknown }): void {
			if (packet.data === 'bad') throw new TypeError('no greeting');
			read.push(packet.data);
		}
	}
	const Transport = monitoredWebSocket(
		Base as unknown as typeof NodeWebSocket,
		new WriteMonitor(),
		{ guarded, route: {} },
	);
	const transport = Reflect.construct(Transport, []) as Base;
	transport.onPacket({ data: 'bad' });
	transport.onPacket({ data: 'good' });
	expect(read).toEqual(['good']);
	expect(told).toEqual(['no greeting']);
});
