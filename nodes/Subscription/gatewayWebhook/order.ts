import type { IExecuteFunctions } from 'n8n-workflow';
import { matchesPattern, readPatterns } from '../../../lib/event/pattern';
import type { ViewOptions } from '../../../lib/registration/webhookAccount';
import type { ChosenEvents, WebhookGateway } from './gateway';
import { readWebhookUrl } from './webhookUrl';

/** What an item asks for, at each of its sessions. */
export type GatewayOrder =
	| { readonly operation: 'get'; readonly url: string | undefined; readonly view: ViewOptions }
	| {
			readonly operation: 'register';
			readonly url: string;
			readonly secret: string;
			readonly events: ChosenEvents;
			readonly isFormer: (url: string) => boolean;
			readonly replaceExisting: boolean;
			readonly view: ViewOptions;
	  }
	/** Without a URL all webhooks are taken away. */
	| { readonly operation: 'remove'; readonly url: string | undefined; readonly view: ViewOptions };

/**
 * Reads the parameters of an item, but for the sessions.
 *
 * @param secrets those of the credential, the current one first
 * @throws {Error} that says what to do
 */
export function readOrder(
	context: IExecuteFunctions,
	itemIndex: number,
	gateway: WebhookGateway,
	secrets: readonly string[],
): GatewayOrder {
	const read = (name: string): unknown => context.getNodeParameter(name, itemIndex, '');
	const view = { secrets, showQuery: read('options.showQuery') === true };
	const operation = read('operation');
	if (operation === 'get') {
		const url = String(read('webhookUrl') ?? '').trim();
		return { operation, url: url === '' ? undefined : url, view };
	}
	if (operation === 'remove') {
		const isAny = read('webhookToRemove') === 'any';
		return { operation, url: isAny ? undefined : requiredUrl(read('webhookUrl')), view };
	}
	if (operation !== 'register') throw new Error(`'Operation' is not one that this node knows`);
	const [secret] = secrets;
	if (secret === undefined) {
		const { label, secretField } = gateway.credential;
		throw new Error(
			`The credential '${label}' has no '${secretField}' to register. Fill it in with 16 to 255 characters that nobody can guess.`,
		);
	}
	const former = readPatterns(read('options.formerUrls'));
	return {
		operation,
		url: readWebhookUrl(requiredUrl(read('webhookUrl')), gateway),
		secret,
		events: readEvents(read('events'), read('options.eventNames'), gateway),
		isFormer: (url) => former.some((pattern) => matchesPattern(pattern, url)),
		replaceExisting: read('options.replaceExisting') === true,
		view,
	};
}

function requiredUrl(value: unknown): string {
	const url = String(value ?? '').trim();
	if (url !== '') return url;
	throw new Error("'Webhook URL' is empty. Write the address of the webhook that this is about.");
}

function readEvents(types: unknown, names: unknown, { id }: WebhookGateway): ChosenEvents {
	const events = { types: readPatterns(types), names: readPatterns(names) };
	if (id === 'inboxHub' || events.types.length + events.names.length > 0) return events;
	throw new Error("'Events' is empty. Choose those that are to be delivered, or All Events.");
}
