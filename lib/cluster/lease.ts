import { Script } from './script';

/**
 * A lease is a key with its holder's token that expires. Where Redis has lost it and nobody else has
 * it, its holder gets it back.
 *
 * KEYS lease. ARGV token, milliseconds. Replies 0 where somebody else has it.
 */
export const RENEW_LEASE =
	new Script(`if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`);

/** KEYS lease. ARGV token. Replies 0 where somebody else has it. */
export const RELEASE_LEASE = new Script(`if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`);
