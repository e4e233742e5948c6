import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A tool as the model is told of it. */
export interface OfferedTool {
	readonly name: string;
	readonly description: string;
	readonly parameters: {
		readonly properties?: Readonly<Record<string, { description?: string }>>;
	};
}

/** One message of a conversation. */
export interface Message {
	readonly role: string;
	readonly content?: unknown;
}

interface ChatRequest {
	readonly messages: readonly Message[];
	readonly tools?: ReadonlyArray<{ readonly function: OfferedTool }>;
	readonly stream?: boolean;
}

/**
 * In the place of a language model: speaks OpenAI's chat completions, and does always the same. It asks for the
 * tool that it was told to ask for; given the tool's result, it answers with just that. Told of no tool, it says
 * what it was told to say.
 *
 * @see https://platform.openai.com/docs/api-reference/chat
 */
export class ChatModel {
	/** What it asks for next. */
	call: { readonly name: string; readonly arguments: object } | undefined;
	/** What it says where it asks for no tool. */
	says = 'There is nothing to do.';
	/** It answers once this has ended. */
	thinking: Promise<unknown> = Promise.resolve();
	/** The conversation as it was told it, with each request. */
	readonly heard: Array<readonly Message[]> = [];
	/** What it was offered, with each request. */
	readonly offered: OfferedTool[][] = [];
	/** What the tools gave it, in their words. */
	readonly results: string[] = [];
	readonly #server: Server = createServer((request, response) => {
		let text = '';
		request.setEncoding('utf8');
		request.on('data', (chunk: string) => (text += chunk));
		request.on('end', () => {
			if (request.method !== 'POST') {
				response.writeHead(404).end();
				return;
			}
			void this.#respond(JSON.parse(text) as ChatRequest, response);
		});
	});

	static async start(): Promise<ChatModel> {
		const model = new ChatModel();
		await new Promise<void>((resolve) => model.#server.listen(0, '127.0.0.1', resolve));
		return model;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	async #respond(chat: ChatRequest, response: ServerResponse): Promise<void> {
		this.heard.push(chat.messages);
		this.offered.push((chat.tools ?? []).map((tool) => tool.function));
		await this.thinking;
		const message = this.#answer(chat);
		if (chat.stream === true) {
			response.writeHead(200, { 'content-type': 'text/event-stream' });
			const finish = message.tool_calls === undefined ? 'stop' : 'tool_calls';
			for (const choice of [
				{ index: 0, delta: message, finish_reason: null },
				{ index: 0, delta: {}, finish_reason: finish },
			]) {
				response.write(`data: ${JSON.stringify(completion([choice], 'chunk'))}\n\n`);
			}
			response.end('data: [DONE]\n\n');
			return;
		}
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(JSON.stringify(completion([{ index: 0, message, finish_reason: 'stop' }])));
	}

	#answer({ messages }: ChatRequest) {
		const last = messages.at(-1);
		if (last?.role === 'tool') {
			const content =
				typeof last.content === 'string' ? last.content : JSON.stringify(last.content);
			this.results.push(content);
			return { role: 'assistant', content: `The tool says: ${content}` };
		}
		if (this.call === undefined) return { role: 'assistant', content: this.says };
		const { name, arguments: given } = this.call;
		const call = { name, arguments: JSON.stringify(given) };
		return {
			role: 'assistant',
			content: null,
			tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: call }],
		};
	}
}

function completion(choices: object[], kind = '') {
	return {
		id: 'chatcmpl-1',
		object: `chat.completion${kind && `.${kind}`}`,
		created: 1_767_225_600,
		model: 'stand-in',
		choices,
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	};
}
