-- hold: available -> held, all of the seats or none, added to the owner's open hold if there is one.
-- ARGV     3 owner, 4 id for a new hold, 5 its life in ms, 6 most seats per owner, 7… seats
-- returns  {'held', hold, until_ms, seq, seat…}  every seat of the hold
--          {'taken', seat…} | {'too_many', seats already held} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()

local owner, new_id, life, most = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local wanted, taken, already_in = {}, {}, nil
for i = 7, #ARGV do
  local seat = ARGV[i]
  local letter, holder, hold_id = state_of(seat)
  if letter == 'h' and not locked(seat) then
    -- The lock ended before its hold: the lock decides, so the seat is free.
    set_state(seat, 'a')
    forget(seat, holder, hold_id)
    add_lost(holder, seat)
    letter = 'a'
  end
  if letter == 'h' and holder == owner then
    already_in = hold_id
  elseif letter == 'a' and not locked(seat) then
    wanted[#wanted + 1] = seat
  else
    taken[#taken + 1] = seat
  end
end
if #taken > 0 then
  finish()
  return { 'taken', unpack(taken) }
end

local holds, count, id = load_holds(owner), 0, nil
for hold_id, hold in pairs(holds) do
  count = count + #hold.seats
  if not hold.booked then id = hold_id end
end
if count + #wanted > most then
  finish()
  return { 'too_many', tostring(count) }
end

if #wanted > 0 then
  id = id or new_id
  local hold = holds[id] or { first = now, ['until'] = now + life, extended = false, booked = false, seats = {} }
  for _, seat in ipairs(wanted) do
    set_state(seat, 'h', owner .. ':' .. id, hold['until'])
    table.insert(hold.seats, seat)
  end
  holds[id] = hold
  redis.call('ZADD', deadlines_key, whole(hold['until']), owner .. ':' .. id)
  save_holds(owner, holds)
else
  id = already_in
end
local seq = finish()
return { 'held', id, whole(holds[id]['until']), tostring(seq), unpack(holds[id].seats) }
