/**
 * What Redis remembers of the keys of one node, about 100 bytes for each: in a hash `known` when its
 * window is over and which execution passed with it, and in a list `order` what came first. A key stays until the
 * capacity is needed for newer ones, also when its window is over: so Redis can tell a key that is new
 * again from one that it has lost. (A sorted set in place of the list takes 70 bytes more.)
 *
 * A value is `<milliseconds since 1970>:<execution>`. The execution is empty where none has passed, `-` where
 * none has since the window was over, and has a dot behind it when it has ended.
 *
 * These are parts of scripts.
 */
export const KNOWN_KEYS = `
-- When the window of a key is over, and the execution; nothing where the key is not known.
local function look(known, member)
	local value = redis.call('HGET', known, member)
	if not value then return nil, '' end
	local colon = string.find(value, ':', 1, true)
	return tonumber(string.sub(value, 1, colon - 1)), string.sub(value, colon + 1)
end

-- Whether the key is new again.
local function isOver(expiry, execution)
	return execution == '-' or (expiry ~= nil and expiry <= now)
end

-- The id of an execution, without what is behind it.
local function idOf(execution)
	return (string.gsub(execution, '[.-]$', ''))
end

local function write(known, member, expiry, execution)
	return redis.call('HSET', known, member, string.format('%.0f:%s', expiry, execution))
end

-- A key that is new again keeps its place in the order, as in n8n's own store.
local function remember(known, order, member, expiry, execution)
	if write(known, member, expiry, execution) == 1 then redis.call('RPUSH', order, member) end
end

-- The oldest beyond the capacity give way, a few at a time, so that no script takes long where the
-- capacity was made smaller. An event of a moment must not end the memory of others: the time that is
-- left only grows, to two windows, so that a window that is over is known as such.
local function keep(known, order, window, capacity)
	local surplus = math.min(redis.call('HLEN', known) - capacity, 64)
	for i = 1, surplus do redis.call('HDEL', known, redis.call('LPOP', order)) end
	-- 1.1 hours are no whole number of milliseconds, and Redis takes no other.
	local lasts = math.ceil(2 * window)
	if redis.call('PTTL', known) < lasts then
		redis.call('PEXPIRE', known, lasts)
		redis.call('PEXPIRE', order, lasts)
	end
end
`;
