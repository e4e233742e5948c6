// npm run send -- "hola": posts a signed message to the n8n of npm start, as Inbox Hub would.
import { createHmac, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { dataFolder, readSettings, settingsFile } from './start/settings.mts';

const USAGE = `npm run send -- "hola" [--id 3EB0AA] [--from 51999888777] [--bad-signature]

  --id             the message's id; the same one again is a duplicate
  --from           the sender's number with country code, digits only
  --bad-signature  sign with another secret: n8n must answer 401`;
const ANSWER_LIMIT_MS = 30_000;
const SESSION = 'local_demo';

try {
	process.exitCode = await send();
} catch (error) {
	console.error((error as Error).message);
	process.exitCode = 1;
}

async function send(): Promise<number> {
	const options = readArguments();
	const folder = dataFolder();
	const settings = readSettings(folder);
	if (!settings?.webhookUrl) {
		throw new Error(
			`There is no webhook to send to yet (${settingsFile(folder)} names none).\n` +
				'Run "npm start" in another terminal and wait for its summary, then run this again.',
		);
	}
	const body = JSON.stringify(messageReceived(options));
	const secret = options.badSignature ? randomBytes(32).toString('hex') : settings.webhookSecret;
	const answer = await post(settings.webhookUrl, body, secret);
	const text = await answer.text();
	console.log(`${answer.status} ${text}`);
	console.log(explain(answer.status, text, options.badSignature, settingsFile(folder)));
	return answer.ok !== options.badSignature ? 0 : 1;
}

interface Options {
	text: string;
	id: string;
	from: string;
	badSignature: boolean;
}

function readArguments(): Options {
	try {
		const { values, positionals } = parseArgs({
			allowPositionals: true,
			options: {
				id: { type: 'string', default: `3EB0${randomBytes(8).toString('hex').toUpperCase()}` },
				from: { type: 'string', default: '51999888777' },
				'bad-signature': { type: 'boolean', default: false },
			},
		});
		if (positionals.length === 0) throw new Error('What should the message say?');
		if (!/^\d{5,20}$/.test(values.from)) throw new Error("'--from' must be 5 to 20 digits.");
		const text = positionals.join(' ');
		return { text, id: values.id, from: values.from, badSignature: values['bad-signature'] };
	} catch (error) {
		throw new Error(`${(error as Error).message}\n\n${USAGE}`);
	}
}

/** The body that Inbox Hub sends for a received text message. */
function messageReceived({ text, id, from }: Options): unknown {
	const chat = `${from}@s.whatsapp.net`;
	return {
		event: 'message.received',
		data: {
			sessionId: SESSION,
			session_db_id: 1,
			message: {
				whatsappMessageId: id,
				content: text,
				chatId: chat,
				from: chat,
				to: '51900000000',
				timestamp: Math.floor(Date.now() / 1000),
				type: 'text',
				has_attachment: false,
				media: null,
			},
		},
	};
}

async function post(url: string, body: string, secret: string): Promise<Response> {
	const headers = {
		'Content-Type': 'application/json',
		'X-Webhook-Event': 'message.received',
		'X-Webhook-Session': SESSION,
		'X-Webhook-Signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
	};
	try {
		return await fetch(url, {
			method: 'POST',
			headers,
			body,
			signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
		});
	} catch (error) {
		const cause = (error as Error).cause ?? error;
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new Error(
			`Nothing answered at ${url} (${why}).\n` +
				'n8n is not running: run "npm start" in another terminal and wait for its summary.',
		);
	}
}

function explain(status: number, answer: string, badSignature: boolean, settings: string): string {
	if (status === 200 && answer.includes('"duplicate"'))
		return 'n8n had this message already: no second execution.';
	if (status === 200 && answer.includes('"ignored"'))
		return "The trigger's 'Events' do not include this one: no execution.";
	if (status === 200) return 'Accepted: n8n has stored the execution. Look at the live page.';
	if (status === 401 && badSignature) return 'Refused, as it must be: no execution was started.';
	if (status === 401)
		return `The secret in ${settings} is not the credential's 'Webhook Secret'. Make them the same.`;
	if (status === 404)
		return 'The workflow is not published. Publish it in the editor, or run "npm start" again.';
	return 'n8n could not take it. See n8n.log in the data folder.';
}
