-- extend: held (by this owner) -> held, with a later deadline; once per hold.
-- ARGV     3 owner, 4 hold, 5 window in ms from now, 6 longest life in ms from the first lock
-- returns  {'extended', until_ms} (also when it was extended before) | {'gone'} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()

local owner, id, window, longest = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local holds = load_holds(owner)
local hold = holds[id]
if not hold then
  finish()
  return { 'gone' }
end
if not hold.extended then
  hold.extended = true
  hold['until'] = math.max(hold['until'], math.min(now + window, hold.first + longest))
  for _, seat in ipairs(hold.seats) do
    redis.call('SET', lock_prefix .. seat, owner .. ':' .. id, 'PXAT', whole(hold['until']))
  end
  redis.call('ZADD', deadlines_key, whole(hold['until']), owner .. ':' .. id)
  save_holds(owner, holds)
  finish(true)
else
  finish()
end
return { 'extended', whole(hold['until']) }
