import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const TEXT = 0x81;
const CLOSE = 0x88;

/** The server's end of a WebSocket (RFC 6455) for texts, which can also break off at any time. */
export class ServerSocket {
	onText: (text: string) => void = () => undefined;
	onClose: () => void = () => undefined;

	private readonly stream: Duplex;
	private waiting = Buffer.alloc(0);

	/**
	 * Accepts a handshake.
	 *
	 * @param protocol the subprotocol that the server chooses, undefined for none
	 */
	constructor(request: IncomingMessage, stream: Duplex, protocol?: string) {
		this.stream = stream;
		const accept = createHash('sha1')
			.update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
			.digest('base64');
		const chosen = protocol === undefined ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
		stream.write(
			`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${chosen}\r\n`,
		);
		stream.on('error', () => undefined);
		stream.on('close', () => this.onClose());
		stream.on('data', (chunk: Buffer) => this.received(chunk));
	}

	/** Several texts leave in one packet. */
	send(...texts: string[]): void {
		this.stream.write(Buffer.concat(texts.map((text) => frameOf(TEXT, Buffer.from(text)))));
	}

	/** Says goodbye with a code. */
	close(code: number): void {
		const payload = Buffer.alloc(2);
		payload.writeUInt16BE(code);
		this.stream.end(frameOf(CLOSE, payload));
	}

	/** Breaks off without a goodbye, behind what was sent. */
	terminate(): void {
		this.stream.end(() => this.stream.destroy());
	}

	private received(chunk: Buffer): void {
		this.waiting = Buffer.concat([this.waiting, chunk]);
		for (let frame = readFrame(this.waiting); frame; frame = readFrame(this.waiting)) {
			this.waiting = this.waiting.subarray(frame.bytes);
			if (frame.kind === TEXT) this.onText(frame.payload.toString());
			if (frame.kind === CLOSE) this.stream.end(frameOf(CLOSE, frame.payload));
		}
	}
}

/** @returns undefined while the frame is not there as a whole */
function readFrame(data: Buffer): { kind: number; payload: Buffer; bytes: number } | undefined {
	if (data.length < 2) return undefined;
	const short = (data[1] ?? 0) & 0x7f;
	const start = short === 126 ? 4 : short === 127 ? 10 : 2;
	if (data.length < start + 4) return undefined;
	const length =
		short === 126 ? data.readUInt16BE(2) : short === 127 ? Number(data.readBigUInt64BE(2)) : short;
	const bytes = start + 4 + length;
	if (data.length < bytes) return undefined;
	const mask = data.subarray(start, start + 4);
	const payload = data
		.subarray(start + 4, bytes)
		.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
	return { kind: data[0] ?? 0, payload: Buffer.from(payload), bytes };
}

function frameOf(kind: number, payload: Buffer): Buffer {
	const { length } = payload;
	const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
	header[0] = kind;
	if (length < 126) header[1] = length;
	else if (length < 65_536) {
		header[1] = 126;
		header.writeUInt16BE(length, 2);
	} else {
		header[1] = 127;
		header.writeBigUInt64BE(BigInt(length), 2);
	}
	return Buffer.concat([header, payload]);
}
