import type { ConformanceProvider } from './provider.mts';
import { euAtendo, euAtendoHeader } from './providers/euAtendo.mts';
import { inboxHub } from './providers/inboxHub.mts';

/** Every provider of the package. A new one is one line here. */
export const PROVIDERS: readonly ConformanceProvider[] = [inboxHub, euAtendo, euAtendoHeader];
