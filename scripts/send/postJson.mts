const ANSWER_LIMIT_MS = 30_000;

/**
 * Posts JSON.
 *
 * @throws where nothing answers, with what to do
 */
export async function postJson(
	url: string,
	body: string,
	headers: Readonly<Record<string, string>>,
): Promise<{ status: number; text: string }> {
	try {
		const answer = await fetch(url, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', ...headers },
			body,
			signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
		});
		return { status: answer.status, text: await answer.text() };
	} catch (error) {
		const cause = (error as Error).cause ?? error;
		const why = cause instanceof Error ? cause.message : String(cause);
		throw nothingAnswered(url, why);
	}
}

/**
 * What to say where nothing answers at an address.
 *
 * @param why the network's own word, such as `connect ECONNREFUSED 127.0.0.1:5678`
 */
export function nothingAnswered(url: string, why: string): Error {
	return new Error(
		`Nothing answered at ${url} (${why}). Run "npm start" in another terminal and wait for its summary, then try again.`,
	);
}
