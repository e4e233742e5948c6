import type { INodeParameters, INodeType } from 'n8n-workflow';
import type { Answer } from '../support/inboxHub.mts';

/** The secrets of every scene, so that the suite can change them and look for them. */
export const CURRENT_SECRET = 'current-secret-0123456789';
export const PREVIOUS_SECRET = 'previous-secret-0123456789';
export const NEXT_SECRET = 'next-secret-0123456789';
export const WRONG_SECRET = 'wrong-secret-0123456789';

/** One HTTP request as the provider sends it. */
export interface Sent {
	readonly body: string | Buffer;
	/** `content-type: application/json` is there already. */
	readonly headers?: Readonly<Record<string, string>>;
	/** With the question mark, such as `?secret=abc`. */
	readonly query?: string;
}

/** How a genuine delivery differs from the usual one. */
export interface SendOptions {
	/** @default CURRENT_SECRET */
	readonly secret?: string;
	/** @default now */
	readonly sentAt?: Date;
}

/** Why a case says nothing about this provider, in a sentence. */
export interface NotApplicable {
	readonly notApplicable: string;
}

/** A delivery that must not start an execution, and what is answered to it. */
export interface Refused {
	readonly sent: Sent;
	readonly status: number;
	/** `error` in the answer's body. */
	readonly error: string;
}

/** A delivery that is let in although its body was changed: what the changed part becomes then. */
export interface Overruled {
	readonly sent: Sent;
	/** Text that was smuggled into the body and must not reach the workflow. */
	readonly smuggled: string;
}

/** What every provider says on its own forgeries. */
export interface Forgeries {
	/** A genuine delivery with one thing in its body changed afterwards. */
	readonly tamperedBody: Refused | Overruled | NotApplicable;
	/** Signed with WRONG_SECRET, or of an event that the provider does not know. */
	readonly wrongSecret: Refused;
	readonly missingHeader: Refused | NotApplicable;
	/** Each by its name. */
	readonly malformedHeaders: Readonly<Record<string, Refused>> | NotApplicable;
	/** Sent too long ago, where the time is signed. */
	readonly staleTime: Refused | NotApplicable;
	/** From a clock too far ahead, where the time is signed. */
	readonly futureTime: Refused | NotApplicable;
}

/** A provider's API with one account that somebody else's webhook is on already. */
export interface RegistrationScene {
	/** Parameters that choose the account. */
	readonly parameters: INodeParameters;
	/** Fields of the credential that registering needs. */
	readonly credentialData: Readonly<Record<string, string>>;
	/** Label of the credential's field that the API refuses when it is wrong, such as `API Key`. */
	readonly keyField: string;
	/** Field of the credential that holds it. */
	readonly keyName: string;
	/** URLs that the account delivers to now. */
	urls(): readonly string[];
	/** All that the API keeps for the account, to compare. */
	snapshot(): unknown;
	/** Requests so far that changed something. */
	writes(): number;
	/** What somebody else does here: takes the place of our webhook, or changes it. */
	readonly disturbance: 'taken' | 'changed';
	disturb(): void;
}

/** One provider in one way of verifying, with all that it needs running. */
export interface Scene {
	readonly node: new () => INodeType;
	/** All but `events`. Where there are none, still `{ options: {} }`. */
	readonly parameters: INodeParameters;
	/** A value of `events` that selects everything. @default ['*'] */
	readonly selectingAll?: string | string[];
	/** A value of `events` that does not select what `genuine` sends. */
	readonly selectingOther: string | string[];
	readonly credential: {
		readonly type: string;
		/** With CURRENT_SECRET and PREVIOUS_SECRET in place. */
		readonly data: Readonly<Record<string, string>>;
		/** Fields that hold the two, where secrets can be rotated. */
		readonly rotation:
			| {
					readonly current: string;
					readonly previous: string;
					/** What a user enters for a secret that the provider signs with. @default the same */
					written?(secret: string): string;
			  }
			| NotApplicable;
		/** What makes the credential useless, and the label that the error then names. */
		readonly blank: Readonly<Record<string, string>>;
		readonly secretField: string;
		/** Further texts that must never be shown, such as an API key. */
		readonly secrets?: readonly string[];
	};
	/** `verification` of the envelope. */
	readonly verification: string;
	/** `type` of the envelope of what `genuine` sends. */
	readonly type: string;
	/** @default 200 */
	readonly acceptedStatus?: number;
	/** Whether an answer says that the event was there before. @default `{duplicate: true, id}` */
	saysDuplicate?(answer: Answer): boolean;
	/** Whether one says that the event is not selected. @default `{ignored: true}` */
	saysIgnored?(answer: Answer): boolean;
	/** A genuine delivery of an event; another `id` is another event. */
	genuine(id: string, options?: SendOptions): Promise<Sent> | Sent;
	/** A genuine delivery whose event has a name that nobody knows yet, and the type it gets. */
	unknown(id: string): Promise<{ sent: Sent; type: string }> | { sent: Sent; type: string };
	/** A genuine delivery whose body cannot be read as an event; answered 400. */
	unreadable(): Promise<Sent> | Sent | NotApplicable;
	forgeries(id: string): Promise<Forgeries> | Forgeries;
	/** Makes the provider's check impossible until the returned function is called. */
	readonly interrupt?: () => () => void;
	readonly registration: RegistrationScene | NotApplicable;
	close?(): Promise<void>;
}

/** A line of the suite. */
export interface ConformanceProvider {
	readonly name: string;
	open(): Promise<Scene> | Scene;
}

export function isNotApplicable(value: object): value is NotApplicable {
	return 'notApplicable' in value;
}
