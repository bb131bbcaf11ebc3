-- snapshot: a show's seats and holds at one moment. Changes nothing.
-- returns  {'snapshot', epoch, seq, [seat, letter, …], [owner, JSON, …]} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
local states = redis.call('HGETALL', seats_key)
for i = 2, #states, 2 do states[i] = states[i]:sub(1, 1) end
local meta = redis.call('HMGET', meta_key, 'epoch', 'seq')
return { 'snapshot', meta[1], meta[2], states, redis.call('HGETALL', holds_key) }
