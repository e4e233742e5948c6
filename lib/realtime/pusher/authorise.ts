import { RealtimeFailure } from '../../net/failure';
import { isEncrypted, isPresence } from './channel';
import { channelKey } from './encryption';
import type { PusherSettings } from './settings';
import { channelSignature } from './sign';

/** What a subscription to a guarded channel is sent with. */
export interface Authorisation {
	/** `key:signature` */
	readonly auth: string;
	/** Presence channels only: JSON with `user_id`, exactly as it was signed. */
	readonly channelData?: string;
	/** Encrypted channels only: what their payloads are read with. */
	readonly sharedSecret?: Buffer;
}

/**
 * Authorises one subscription; asked again for every connection, since it holds for one only.
 *
 * @throws {RealtimeFailure} a permanent one where the channel is refused
 */
export type Authorise = (
	socketId: string,
	channel: string,
	signal: AbortSignal,
) => Promise<Authorisation>;

/** Who we are in presence channels. */
export interface PresenceMember {
	readonly userId: string;
	/** Any JSON value; `{}` where there is none: Reverb's presence channels break without. */
	readonly userInfo?: unknown;
}

/** Authorises with the app's own secret, without asking anybody. */
export function authoriseWithSecret(settings: PusherSettings, member: PresenceMember): Authorise {
	return async (socketId, channel) => {
		const { secret, masterKey } = settings;
		if (secret === '') {
			throw new RealtimeFailure(`The channel ${channel} needs an authorisation`, {
				permanent: true,
				description:
					"Fill in 'Secret' in the credential, or 'Auth Endpoint' where your application authorises channels.",
			});
		}
		if (isEncrypted(channel) && masterKey === undefined) throw noMasterKey(channel);
		const channelData = isPresence(channel)
			? JSON.stringify({ user_id: member.userId, user_info: member.userInfo ?? {} })
			: undefined;
		return {
			auth: channelSignature(settings, socketId, channel, channelData),
			...(channelData === undefined ? {} : { channelData }),
			...(masterKey === undefined ? {} : sharedSecretOf(masterKey, channel)),
		};
	};
}

/** The key of an encrypted channel, for those only. */
export function sharedSecretOf(masterKey: Buffer, channel: string): { sharedSecret?: Buffer } {
	return isEncrypted(channel) ? { sharedSecret: channelKey(masterKey, channel) } : {};
}

function noMasterKey(channel: string): RealtimeFailure {
	return new RealtimeFailure(
		`The channel ${channel} is encrypted, and there is no key to read it`,
		{
			permanent: true,
			description:
				"Fill in 'Encryption Master Key' in the credential, or 'Auth Endpoint' where your application gives the key.",
		},
	);
}
