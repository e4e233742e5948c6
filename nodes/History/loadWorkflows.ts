import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { fieldOf, listOf, textOf } from '../../lib/event/json';
import { EVENT_STORE_CREDENTIAL } from '../shared/n8nApi/n8nEventStore';

/** A list in which one chooses is of no use with more. */
const MOST_PAGES = 20;

const REQUEST_TIMEOUT_MS = 10_000;

/** The workflows that the API key may read, by name; those that are not published say so. */
export async function loadWorkflows(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const { baseUrl } = await this.getCredentials<{ baseUrl: string }>(EVENT_STORE_CREDENTIAL);
	const base = baseUrl
		.trim()
		.replace(/\/+$/, '')
		.replace(/\/api\/v1$/, '');
	const choices: INodePropertyOptions[] = [];
	let cursor: string | undefined;
	for (let page = 0; page < MOST_PAGES; page += 1) {
		const body: unknown = await this.helpers.httpRequestWithAuthentication.call(
			this,
			EVENT_STORE_CREDENTIAL,
			{
				url: `${base}/api/v1/workflows`,
				qs: { limit: 100, excludePinnedData: true, ...(cursor === undefined ? {} : { cursor }) },
				json: true,
				timeout: REQUEST_TIMEOUT_MS,
			},
		);
		for (const workflow of listOf(fieldOf(body, 'data'))) {
			const id = textOf(fieldOf(workflow, 'id'));
			if (id === undefined || fieldOf(workflow, 'isArchived') === true) continue;
			const name = textOf(fieldOf(workflow, 'name')) ?? id;
			const state = fieldOf(workflow, 'active') === true ? '' : ' (not published)';
			choices.push({ name: `${name}${state}`, value: id });
		}
		cursor = textOf(fieldOf(body, 'nextCursor'));
		if (cursor === undefined) break;
	}
	return choices.sort((a, b) => a.name.localeCompare(b.name));
}
