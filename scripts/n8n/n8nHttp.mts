/** n8n answered something else than 2xx. */
export class N8nHttpError extends Error {
	readonly status: number;
	readonly body: string;

	constructor(method: string, path: string, status: number, body: string) {
		super(`n8n: ${method} ${path} answered ${status}: ${body.slice(0, 600)}`);
		this.name = 'N8nHttpError';
		this.status = status;
		this.body = body;
	}
}

const REQUEST_LIMIT_MS = 60_000;
/** A list that never ends is a bug, not a reason to go on. */
const MAX_PAGES = 100;

/** HTTP to one n8n: the public API with a key, and the editor's own (`/rest`) with a cookie. */
export class N8nHttp {
	readonly baseUrl: string;
	apiKey = '';
	cookie = '';

	constructor(baseUrl: string) {
		this.baseUrl = baseUrl;
	}

	/** Calls `/api/v1<path>`. */
	async api<T>(method: string, path: string, body?: unknown): Promise<T> {
		const headers = { 'X-N8N-API-KEY': this.apiKey };
		return (await this.#json(method, `/api/v1${path}`, headers, body)) as T;
	}

	/** Gets every page of a list; `path` has a query already. */
	async apiAll<T>(path: string): Promise<T[]> {
		const items: T[] = [];
		let cursor: string | null = null;
		for (let pages = 0; pages < MAX_PAGES; pages++) {
			const query: string = cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`;
			const page: { data: T[]; nextCursor: string | null } = await this.api('GET', query);
			items.push(...page.data);
			cursor = page.nextCursor;
			if (!cursor) break;
		}
		return items;
	}

	/** Calls `/rest<path>` as the logged-in owner and takes the answer out of its `data`. */
	async rest<T>(method: string, path: string, body?: unknown): Promise<T> {
		const headers = { cookie: this.cookie, 'browser-id': 'n8n-nodes-realtime-webhooks' };
		const answer = await this.#json(method, `/rest${path}`, headers, body);
		return (answer as { data: T } | undefined)?.data as T;
	}

	/** Gets any path as the logged-in owner, e.g. `/types/nodes.json` or an icon. */
	async get(path: string): Promise<Response> {
		const headers = { cookie: this.cookie, 'browser-id': 'n8n-nodes-realtime-webhooks' };
		return await again(
			async () =>
				await fetch(this.baseUrl + path, {
					headers,
					signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
				}),
		);
	}

	async #json(
		method: string,
		path: string,
		headers: Record<string, string>,
		body?: unknown,
	): Promise<unknown> {
		const send = async () =>
			await fetch(this.baseUrl + path, {
				method,
				headers: { ...headers, 'content-type': 'application/json' },
				body: body === undefined ? undefined : JSON.stringify(body),
				signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
			});
		const answer = method === 'GET' ? await again(send) : await send();
		const cookies = answer.headers.getSetCookie();
		if (cookies.length > 0) this.cookie = cookies.map((cookie) => cookie.split(';')[0]).join('; ');
		const text = await answer.text();
		if (!answer.ok) throw new N8nHttpError(method, path, answer.status, text);
		return text === '' ? undefined : JSON.parse(text);
	}
}

/** A busy process may take up an idle connection in the moment in which n8n closes it. */
async function again<T>(read: () => Promise<T>): Promise<T> {
	return await read().catch(read);
}
