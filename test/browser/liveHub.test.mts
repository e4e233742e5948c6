import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHub } from '../../examples/live-hub/hub.mts';
import { textMessage } from '../support/livePage.mts';
import { connectPublisher } from '../support/publisher.mts';

describe('live hub', () => {
	const start = async (options: Partial<Parameters<typeof startHub>[0]> = {}) => {
		const hub = await startHub({ port: 0, ...options });
		onTestFinished(async () => await hub.close());
		return hub;
	};

	it('refuses publishers without its token or with another one', async () => {
		const { url } = await start({ token: 'correct' });
		await expect(connectPublisher(url)).rejects.toThrow('needs a token');
		await expect(connectPublisher(url, 'wrong')).rejects.toThrow(
			'not the one this hub was started',
		);
		const publisher = await connectPublisher(url, 'correct');
		onTestFinished(() => publisher.close());
		expect(await publisher.publish(textMessage('T'))).toEqual({ ok: true, position: 1 });
	});

	it.each([
		['no object', 'text', 'one JSON object'],
		['a list', [textMessage('L')], 'one JSON object'],
		['no type', { id: '1', source: '/s' }, "no 'type'"],
		['an id that is no text', { id: 1, source: '/s', type: 't' }, "no 'id'"],
		[
			'a source without end',
			{ id: '1', source: 's'.repeat(5000), type: 't' },
			"'source' is longer",
		],
	])('says what is wrong with %s', async (_, event, reason) => {
		const publisher = await connectPublisher((await start()).url);
		onTestFinished(() => publisher.close());
		const answer = await publisher.publish(event);
		expect(answer).toEqual({ ok: false, error: expect.stringContaining(reason) });
		expect(await publisher.publish(textMessage('1'), 'message')).toEqual({
			ok: false,
			error: expect.stringContaining("'message'"),
		});
	});

	it('serves its page and its health, and nothing else', async () => {
		const { url } = await start();
		expect((await fetch(`${url}/healthz`)).status).toBe(200);
		const page = await fetch(url);
		expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
		expect((await fetch(`${url}/..%2fhub.mts`)).status).toBe(404);
		expect((await fetch(url, { method: 'POST' })).status).toBe(405);
	});

	it('refuses the web pages of other sites', async () => {
		const { url } = await start();
		const handshake = `${url}/socket.io/?EIO=4&transport=polling`;
		const status = async (origin: string) =>
			(await fetch(handshake, { headers: { origin } })).status;
		expect(await status('https://elsewhere.example')).toBe(403);
		expect(await status(url)).toBe(200);
	});

	it('refuses its page under a name that somebody pointed at this machine', async () => {
		const { url } = await start({ publicHosts: ['hub.example'] });
		const answer = async (host: string) => {
			const watcher = io(`${url}/live`, {
				transports: ['websocket'],
				forceNew: true,
				reconnection: false,
				extraHeaders: { host },
			});
			onTestFinished(() => void watcher.close());
			return await new Promise<string>((resolve) => {
				watcher.once('catchup', () => resolve('events'));
				watcher.once('connect_error', ({ message }) => resolve(message));
			});
		};
		expect(await answer('elsewhere.example')).toContain('does not know the host name');
		expect(await answer('hub.example')).toBe('events');
		expect(await answer('localhost:3400')).toBe('events');
	});

	it('rejects a port that is taken', async () => {
		const { port } = await start();
		await expect(startHub({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
	});
});
