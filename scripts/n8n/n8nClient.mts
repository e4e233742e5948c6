import { until } from '../support/until.mts';
import { N8nHttp, N8nHttpError } from './n8nHttp.mts';
import type {
	Credential,
	Execution,
	ExecutionStatus,
	Workflow,
	WorkflowDraft,
} from './n8nTypes.mts';

/** The owner of an n8n that was set up from here. */
export interface Owner {
	email: string;
	password: string;
}

export interface ExecutionFilter {
	workflowId?: string;
	status?: ExecutionStatus;
	/** @default true */
	includeData?: boolean;
	/** @default 250, n8n's most */
	limit?: number;
}

/** Machines that run tests are sometimes ten times as slow as usual. */
const DEFAULT_WAIT_MS = 150_000;

/** What scripts and tests ask of an n8n. Failed calls throw {@link N8nHttpError}. */
export class N8nClient extends N8nHttp {
	/** Creates the owner, or logs in where there is one. */
	async setUpOwnerOrLogIn(owner: Owner): Promise<void> {
		try {
			await this.rest('POST', '/owner/setup', { ...owner, firstName: 'Local', lastName: 'Owner' });
		} catch (error) {
			if (!(error instanceof N8nHttpError) || error.status !== 400) throw error;
			await this.logIn(owner);
		}
	}

	async logIn({ email, password }: Owner): Promise<void> {
		await this.rest('POST', '/login', { emailOrLdapLoginId: email, password });
	}

	/** Creates an API key with every scope the owner has, replaces one of that label, and uses it. */
	async createApiKey(label: string): Promise<string> {
		const existing = await this.rest<
			{ items: Array<{ id: string; label: string }> } | Array<{ id: string; label: string }>
		>('GET', '/api-keys');
		for (const key of Array.isArray(existing) ? existing : existing.items) {
			if (key.label === label) await this.rest('DELETE', `/api-keys/${key.id}`);
		}
		const scopes = await this.rest<string[]>('GET', '/api-keys/scopes');
		const created = await this.rest<{ rawApiKey: string }>('POST', '/api-keys', {
			label,
			scopes,
			expiresAt: null,
		});
		this.apiKey = created.rawApiKey;
		return created.rawApiKey;
	}

	/** Whether the API key in use is accepted. */
	async hasValidApiKey(): Promise<boolean> {
		if (this.apiKey === '') return false;
		try {
			await this.api('GET', '/workflows?limit=1');
			return true;
		} catch (error) {
			if (error instanceof N8nHttpError && (error.status === 401 || error.status === 403))
				return false;
			throw error;
		}
	}

	async createCredential(
		name: string,
		type: string,
		data: Record<string, unknown>,
	): Promise<Credential> {
		return await this.api('POST', '/credentials', { name, type, data });
	}

	/** Changes the named fields of a credential and leaves the others. */
	async updateCredential(id: string, data: Record<string, unknown>): Promise<void> {
		await this.api('PATCH', `/credentials/${id}`, { data, isPartialData: true });
	}

	async listCredentials(): Promise<Credential[]> {
		return await this.apiAll<Credential>('/credentials?limit=250');
	}

	async createWorkflow(draft: WorkflowDraft): Promise<Workflow> {
		const { name, nodes, connections, settings } = draft;
		const body = { name, nodes, connections, settings: { executionOrder: 'v1', ...settings } };
		return await this.api('POST', '/workflows', body);
	}

	async getWorkflow(id: string): Promise<Workflow> {
		return await this.api('GET', `/workflows/${id}`);
	}

	async listWorkflows(): Promise<Workflow[]> {
		return await this.apiAll<Workflow>('/workflows?limit=250');
	}

	/** Saves a workflow; n8n publishes it at once where it is published. */
	async updateWorkflow(
		id: string,
		{ name, nodes, connections, settings }: WorkflowDraft,
	): Promise<Workflow> {
		return await this.api('PUT', `/workflows/${id}`, {
			name,
			nodes,
			connections,
			settings: settings ?? {},
		});
	}

	async deleteWorkflow(id: string): Promise<void> {
		await this.api('DELETE', `/workflows/${id}`);
	}

	/** n8n answers before the webhook is live: see {@link waitForWebhook}. */
	async publish(id: string): Promise<Workflow> {
		return await this.#orOfOld(id, 'publish', 'activate');
	}

	async unpublish(id: string): Promise<Workflow> {
		return await this.#orOfOld(id, 'unpublish', 'deactivate');
	}

	/** Asks an n8n that does not know the name of today by the one from before. */
	async #orOfOld(id: string, name: string, before: string): Promise<Workflow> {
		const ask = async (what: string) =>
			await this.api<Workflow>('POST', `/workflows/${id}/${what}`, {});
		try {
			return await ask(name);
		} catch (error) {
			const isUnknown = error instanceof N8nHttpError && [404, 405].includes(error.status);
			if (!isUnknown) throw error;
			return await ask(before);
		}
	}

	/** The address that a provider calls. */
	webhookUrl(path: string): string {
		return `${this.baseUrl}/webhook/${path}`;
	}

	/** Waits until a production webhook is registered (or, with `live: false`, no longer is). */
	async waitForWebhook(
		path: string,
		{ method = 'POST', live = true, timeoutMs = DEFAULT_WAIT_MS } = {},
	): Promise<void> {
		await until(`the webhook ${path} ${live ? 'is' : 'is not'} registered`, timeoutMs, async () =>
			(await this.isWebhookLive(path, method)) === live ? true : undefined,
		);
	}

	/** Whether a production webhook is registered. */
	async isWebhookLive(path: string, method = 'POST'): Promise<boolean> {
		const headers = { origin: this.baseUrl, 'access-control-request-method': method };
		const answer = await fetch(this.webhookUrl(path), { method: 'OPTIONS', headers });
		await answer.arrayBuffer();
		return (answer.headers.get('access-control-allow-methods') ?? '').includes(method);
	}

	/** Executions, newest first. Running ones are listed only with `status: 'running'`. */
	async listExecutions(filter: ExecutionFilter = {}): Promise<Execution[]> {
		const query = new URLSearchParams({
			includeData: String(filter.includeData ?? true),
			limit: String(filter.limit ?? 250),
		});
		if (filter.workflowId) query.set('workflowId', filter.workflowId);
		if (filter.status) query.set('status', filter.status);
		const page = await this.api<{ data: Execution[] }>('GET', `/executions?${query.toString()}`);
		return page.data;
	}

	async getExecution(id: string): Promise<Execution> {
		return await this.api('GET', `/executions/${id}?includeData=true`);
	}

	/** Waits until `count` executions of a workflow have ended and gives them, newest first. */
	async waitForExecutions(
		workflowId: string,
		count = 1,
		timeoutMs = DEFAULT_WAIT_MS,
	): Promise<Execution[]> {
		const what = `${count} execution(s) of workflow ${workflowId} have ended`;
		const ended = async (includeData: boolean) =>
			(await this.listExecutions({ workflowId, includeData })).filter(
				({ status }) => status !== 'new' && status !== 'running',
			);
		return await until(what, timeoutMs, async () => {
			// Their data, which are work for n8n, are read only once there are enough.
			if ((await ended(false)).length < count) return undefined;
			const executions = await ended(true);
			return executions.length >= count ? executions : undefined;
		});
	}
}
