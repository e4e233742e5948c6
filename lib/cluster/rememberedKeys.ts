/**
 * What Redis remembers of the keys of one node, about 140 bytes for each: a sorted set `stored` of when
 * it expires, and in a hash `passed` the execution that passed with it, with a dot behind it when it has
 * ended. Both keep a key until the
 * capacity is needed for newer ones, also when its window is over: so Redis can tell a key that is new
 * again from one that it has lost. Parts of scripts; each says which KEYS and ARGV it reads.
 */

/**
 * The oldest beyond the capacity give way, a few at a time, so that no script takes long where the
 * capacity was made smaller. An event of a moment must not end the memory of others: the time that the
 * two have left only grows, to two windows, so that a window that is over is known as such.
 *
 * KEYS[1] stored, KEYS[2] passed. ARGV[2] window in milliseconds, ARGV[3] capacity.
 */
export const KEEP_CAPACITY = `local surplus = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[3])
if surplus > 0 then
	local oldest = redis.call('ZPOPMIN', KEYS[1], math.min(surplus, 64))
	for i = 1, #oldest, 2 do redis.call('HDEL', KEYS[2], oldest[i]) end
end
for i = 1, 2 do
	local left = redis.call('PTTL', KEYS[i])
	if left ~= -2 and left < 2 * ARGV[2] then redis.call('PEXPIRE', KEYS[i], 2 * ARGV[2]) end
end`;

/**
 * Nobody has passed with the key since its window was over.
 *
 * KEYS[3] passed. ARGV[1] member.
 */
export const EXPIRE_PASSED = `redis.call('HSET', KEYS[3], ARGV[1], '')`;

/** The execution that passed with a key, without what is behind it; nil where there is none. */
export const PASSED_BY = `local function passedBy(passed, member)
	local found = redis.call('HGET', passed, member)
	return found and string.gsub(found, '%.$', '') or nil
end`;
