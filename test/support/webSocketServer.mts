import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** The server's end of a WebSocket, for short texts. */
export interface ServerSocket {
	send(text: string): void;
	onText(handler: (text: string) => void): void;
	onClose(handler: () => void): void;
	/** Breaks it off. */
	destroy(): void;
	/** Breaks it off when all is sent. */
	destroySoon(): void;
}

const TEXT = 0x81;
const CLOSE = 0x88;

/** Accepts a handshake, RFC 6455 section 4.2.2, with or without a subprotocol. */
export function acceptWebSocket(
	request: IncomingMessage,
	socket: Socket,
	protocol: string | undefined,
): ServerSocket {
	const accept = createHash('sha1')
		.update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
		.digest('base64');
	const chosen = protocol === undefined ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
	socket.write(
		`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${chosen}\r\n`,
	);
	let handler: (text: string) => void = () => undefined;
	let waiting = Buffer.alloc(0);
	socket.on('error', () => undefined);
	socket.on('data', (chunk: Buffer) => {
		waiting = Buffer.concat([waiting, chunk]);
		for (let frame = readFrame(waiting); frame !== undefined; frame = readFrame(waiting)) {
			waiting = waiting.subarray(frame.bytes);
			if (frame.kind === TEXT) handler(frame.payload.toString());
			if (frame.kind === CLOSE) socket.end(Buffer.from([CLOSE, 0]));
		}
	});
	return {
		send: (text) => void socket.write(textFrame(text)),
		onText: (next) => (handler = next),
		onClose: (closed) => void socket.once('close', closed),
		destroy: () => void socket.destroy(),
		destroySoon: () => void socket.destroySoon(),
	};
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

function textFrame(text: string): Buffer {
	const payload = Buffer.from(text);
	const { length } = payload;
	const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
	header[0] = TEXT;
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
