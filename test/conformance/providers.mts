import type { ConformanceProvider } from './provider.mts';
import { customWebhooks } from './providers/customWebhook.mts';
import { euAtendo, euAtendoHeader } from './providers/euAtendo.mts';
import { inboxHub } from './providers/inboxHub.mts';
import { kometia } from './providers/kometia.mts';
import { signedWebhooks } from './providers/signedWebhook.mts';
import { waha } from './providers/waha.mts';
import { yapeBearer, yapeHmac, yapeStandardWebhooks } from './providers/yape.mts';

/** Every provider of the package. A new one is one line here. */
export const PROVIDERS: readonly ConformanceProvider[] = [
	inboxHub,
	waha,
	euAtendo,
	euAtendoHeader,
	kometia,
	yapeHmac,
	yapeStandardWebhooks,
	yapeBearer,
	...signedWebhooks,
	...customWebhooks,
];
