import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHub } from '../../examples/live-hub/hub.mts';
import { textMessage } from '../support/livePage.mts';
import { PageWorkflows } from '../support/pageWorkflows.mts';
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

	describe('replays', () => {
		const ask = async (url: string, body: unknown, headers: Record<string, string> = {}) =>
			await fetch(`${url}/replay`, {
				method: 'POST',
				headers: { 'content-type': 'application/json', ...headers },
				body: JSON.stringify(body),
			});
		const startBoth = async () => {
			const n8n = await PageWorkflows.start();
			onTestFinished(async () => await n8n.stop());
			const { url } = await start({ n8n: n8n.addresses });
			return { n8n, url, asked: () => n8n.asked.filter(({ path }) => path === '/replay') };
		};
		const right = { executionId: '7', password: PageWorkflows.password };

		it('asks n8n with the password, and keeps nothing of it', async () => {
			const { url } = await startBoth();
			expect(await (await ask(url, right)).json()).toMatchObject({ outcome: 'replayed' });
			const wrong = await ask(url, { ...right, password: '' });
			expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([401, null]);
		});

		it.each([
			['a page of another site', right, { origin: 'https://elsewhere.example' }],
			['a form, which needs nobody’s leave', right, { 'content-type': 'text/plain' }],
			['what names no execution', { ...right, executionId: '../1' }, {}],
			['what gives no password', { executionId: '7' }, {}],
			['what is too long', { ...right, password: 'x'.repeat(5000) }, {}],
		])('n8n is not asked for %s', async (_, body, headers) => {
			const { url, asked } = await startBoth();
			expect((await ask(url, body, headers)).status).toBeOneOf([400, 403]);
			expect(asked()).toEqual([]);
		});

		it('nobody tries more than five passwords a minute', async () => {
			const { url, asked } = await startBoth();
			const wrong = { ...right, password: 'guess' };
			for (let n = 1; n <= 5; n++) expect((await ask(url, wrong)).status).toBe(401);
			expect((await ask(url, right)).status).toBe(429);
			expect(asked()).toHaveLength(5);
		});

		it('there are none without a workflow for them', async () => {
			expect((await ask((await start()).url, right)).status).toBe(404);
		});

		it('an n8n that is away is told', async () => {
			const { n8n, url } = await startBoth();
			await n8n.stop();
			const answer = await ask(url, right);
			expect(answer.status).toBe(502);
			expect(await answer.json()).toEqual({ error: expect.stringContaining('does not answer') });
		});
	});

	it('rejects a port that is taken', async () => {
		const { port } = await start();
		await expect(startHub({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
	});
});
