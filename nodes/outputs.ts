import type { DeliveryItem } from '../lib/deliver/notify';
import type { EventEnvelope } from '../lib/event/envelope';
import type { readChannel, readOccupied, readUsers } from '../lib/realtime/pusher/api';
import type { RealtimeEventData } from '../lib/realtime/receivedMessage';
import type { ReplayResult } from '../lib/replay/replayTarget';
import type { WhatsAppMessage } from '../lib/whatsapp/message';
import type { SessionEventData } from '../lib/whatsapp/whatsappEvents';
import type { PaymentEventData } from '../lib/yape/paymentEvent';
import type { EventFields } from './History/outputItems';
import type { GroupFields } from './History/readHistory';
import type { RecoveredFields } from './History/recover/execute';
import type { ReportFields } from './History/report/report';
import type { KometiaEventData } from './Kometia/identify';
import type { SentFields } from './Realtime/broadcast/broadcast';
import type { SignedEventData } from './SignedWebhook/identify';
import type { CarriedOut } from './Subscription/gatewayWebhook/carryOut';
import type { TestFields } from './Subscription/subscriber/operations';
import type { SubscriberFields } from './Subscription/subscriber/subscriberJson';

/** An event of a trigger, with what its provider makes of `data`. */
type Emitted<Data> = Omit<EventEnvelope, 'data' | 'matchedkeyid' | 'nestingcut'> & {
	readonly data: Data & { readonly raw: unknown };
};

type WhatsAppEvent = Emitted<WhatsAppMessage | SessionEventData>;

/** What an item of a gateway's webhook tells whatever was ordered. */
interface AtGateway {
	readonly operation: string;
	readonly gateway: string;
	readonly session: string;
}

/** Of a list, one item for each. */
type EachOf<F extends (...args: never[]) => Promise<readonly unknown[]>> = Awaited<
	ReturnType<F>
>[number];

/**
 * The JSON of each node's items on its first output, by the place of its schema: the node's folder, then
 * `v<version>`, the resource and the operation, where the node has them. The build makes of each what
 * n8n's editor shows before the first run, so that fields can be mapped at once
 * (`scripts/build/outputSchemas.mts`).
 */
export interface NodeOutputs {
	'Baileys/v2': WhatsAppEvent;
	'EuAtendo/v2': WhatsAppEvent;
	'History/v1/event/get': EventFields;
	'History/v1/event/getMany': EventFields;
	'History/v1/event/recover': RecoveredFields;
	'History/v1/event/replay': ReplayResult;
	'History/v1/event/report': ReportFields;
	'History/v1/event/summarize': GroupFields;
	'Kometia/v2': Emitted<KometiaEventData>;
	'Notifier/v1/resend': DeliveryItem;
	'Notifier/v1/send': DeliveryItem;
	/** Realtime Broadcast, whose other transports have no operation. */
	'Realtime/v1': SentFields;
	'Realtime/v1/getChannel': Awaited<ReturnType<typeof readChannel>>;
	'Realtime/v1/getChannels': EachOf<typeof readOccupied>;
	'Realtime/v1/getPresenceMembers': EachOf<typeof readUsers>;
	'Realtime/v1/send': SentFields;
	/** Realtime Trigger. */
	'Realtime/v2': Emitted<RealtimeEventData>;
	'SignedWebhook/v2': Emitted<SignedEventData>;
	'Subscription/v1/gatewayWebhook/get': AtGateway & CarriedOut['get'];
	'Subscription/v1/gatewayWebhook/register': AtGateway & CarriedOut['register'];
	'Subscription/v1/gatewayWebhook/remove': AtGateway & CarriedOut['remove'];
	'Subscription/v1/subscriber/create': SubscriberFields & { readonly secret: string };
	'Subscription/v1/subscriber/createOrUpdate': SubscriberFields & {
		readonly secret?: string;
		readonly created: boolean;
	};
	'Subscription/v1/subscriber/delete': { readonly id: string; readonly deleted: boolean };
	'Subscription/v1/subscriber/get': SubscriberFields;
	'Subscription/v1/subscriber/getAll': SubscriberFields;
	'Subscription/v1/subscriber/pause': SubscriberFields;
	'Subscription/v1/subscriber/resume': SubscriberFields;
	'Subscription/v1/subscriber/rotateSecret': SubscriberFields & { readonly secret: string };
	'Subscription/v1/subscriber/sendTestEvent': TestFields;
	'Subscription/v1/subscriber/update': SubscriberFields;
	'Yape/v2': Emitted<PaymentEventData>;
}
