import { until } from '../../scripts/support/until.mts';

const PATIENCE_MS = 120_000;

/**
 * Fills in a form of n8n's Form Trigger, as a browser sends it, and gives the page at its end.
 *
 * @param answers in the order of the fields
 * @throws {Error} where the execution fails
 */
export async function submitForm(
	formUrl: string,
	answers: readonly string[],
	authorization: string,
): Promise<string> {
	const form = new FormData();
	for (const [index, answer] of answers.entries()) form.append(`field-${index}`, answer);
	const headers = { authorization };
	const answer = await fetch(formUrl, { method: 'POST', headers, body: form });
	const { formWaitingUrl } = (await answer.json()) as { formWaitingUrl: string };
	return await until('the form has its last page', PATIENCE_MS, async () => {
		const status = new URL(formWaitingUrl);
		status.pathname += '/n8n-execution-status';
		const said = await (await fetch(status, { headers })).text();
		if (said.includes('error')) throw new Error('The execution of the form failed');
		if (said.trim() !== 'form-waiting') return undefined;
		return await (await fetch(formWaitingUrl, { headers })).text();
	});
}

/** The header `Authorization` of somebody who has name and password. */
export function basicAuth({ user, password }: { user: string; password: string }): string {
	return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
