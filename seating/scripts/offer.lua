-- offer: available -> held for a party on the waitlist, all of the seats or none. A separate hold, marked as booked
-- from the start: no tab adds to it or frees it, and the owner's open hold does not change.
-- ARGV     3 owner, 4 id of the hold, 5 its life in ms, 6 most seats per owner, 7… seats
-- returns  {'held', hold, until_ms, seq, seat…} | {'taken', seat…} | {'too_many', seats already held} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()

local owner, id, life, most = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local wanted, taken = {}, {}
for i = 7, #ARGV do
  local seat = ARGV[i]
  if state_of(seat) == 'a' and not locked(seat) then
    wanted[#wanted + 1] = seat
  else
    taken[#taken + 1] = seat
  end
end
if #taken > 0 then
  finish()
  return { 'taken', unpack(taken) }
end

local holds, count = load_holds(owner), #wanted
for _, hold in pairs(holds) do count = count + #hold.seats end
if count > most then
  finish()
  return { 'too_many', tostring(count - #wanted) }
end

holds[id] = { first = now, ['until'] = now + life, extended = false, booked = true, seats = wanted }
for _, seat in ipairs(wanted) do set_state(seat, 'h', owner .. ':' .. id, now + life) end
redis.call('ZADD', deadlines_key, whole(now + life), owner .. ':' .. id)
save_holds(owner, holds)
return { 'held', id, whole(now + life), tostring(finish()), unpack(wanted) }
