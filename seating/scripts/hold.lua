-- hold: available -> held, all of the seats or none, added to the owner's open hold if there is one.
-- ARGV     3 owner, 4 id of this request and of a new hold, 5 its life in ms, 6 most seats per owner,
--          7 the client's key ('' for none): a request with the key of an earlier one is that request, asked again,
--          8 name of the budget ('' counts nowhere), 9 most seats it may hold, 10 most it may have let lapse (0: no
--          limit), 11… seats
-- returns  {'held', hold, until_ms, seq, seat…}  every seat of the hold
--          {'taken', seat…} | {'too_many', seats already held} | {'too_many_here', ms to wait} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()

local owner, new_id, life, most, key = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
local budget_name, most_here, most_lapsed = ARGV[8], tonumber(ARGV[9]), tonumber(ARGV[10])

local function answer(id, hold)
  local seq = finish()
  return { 'held', id, whole(hold['until']), tostring(seq), unpack(hold.seats) }
end

if key ~= '' then
  local holds = load_holds(owner)
  for id, hold in pairs(holds) do
    for _, ask in ipairs(hold.asks or {}) do
      if ask[3] == key then
        -- From now on this request is the one that took them: whoever takes back the earlier one, because its answer
        -- was lost, must not take back what is promised here.
        ask[1] = new_id
        save_holds(owner, holds)
        return answer(id, hold)
      end
    end
  end
end

local wanted, taken, already_in = {}, {}, nil
for i = 11, #ARGV do
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

local holds, held, id = load_holds(owner), 0, nil
for hold_id, hold in pairs(holds) do
  held = held + #hold.seats
  if not hold.booked then id = hold_id end
end
if held + #wanted > most then
  finish()
  return { 'too_many', tostring(held) }
end
if #wanted == 0 then return answer(already_in, holds[already_in]) end

if budget_name ~= '' then
  local wait = over_budget(budget_of(budget_name), #wanted, most_here, most_lapsed)
  if wait then
    redis.call('HINCRBY', meta_key, 'refused', #wanted)
    finish()
    return { 'too_many_here', whole(wait) }
  end
end

id = id or new_id
local hold = holds[id] or { first = now, ['until'] = now + life, extended = false, booked = false, seats = {} }
add_seats(hold, wanted, { new_id, now, key, budget_name })
for _, seat in ipairs(wanted) do set_state(seat, 'h', owner .. ':' .. id, hold['until']) end
holds[id] = hold
redis.call('ZADD', deadlines_key, whole(hold['until']), owner .. ':' .. id)
save_holds(owner, holds)
add_news(owner, 'held', wanted)
return answer(id, hold)
