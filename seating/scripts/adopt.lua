-- adopt: every hold of a guest becomes the account's with which they have signed in. No seat changes its state.
-- The account keeps one open hold: if it has one, the guest's open seats join it, and it ends when the later of the two
-- would have ended, but never later than the longest life from the earlier first lock.
-- ARGV     3 guest, 4 account, 5 name of the account's budget ('': seats stay in the one they are in),
--          6 longest life of a hold in ms
-- returns  {'adopted', seq, seat…} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()

local guest, account, budget_name, longest = ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local guests, holds, moved = load_holds(guest), load_holds(account), {}
local open = nil
for id, hold in pairs(holds) do
  if not hold.booked then open = id end
end

-- The seats leave the guest's budget, at their address, for the account's.
local function change_budget(hold)
  if budget_name == '' then return end
  for _, number in ipairs(hold.of or {}) do count(hold.asks[number], -1, 0) end
  for _, ask in ipairs(hold.asks or {}) do ask[4] = budget_name end
  for _, number in ipairs(hold.of or {}) do count(hold.asks[number], 1, 0) end
end

local function join(into, hold)
  into.asks, into.of = into.asks or {}, into.of or {}
  for place = #into.of + 1, #into.seats do into.of[place] = 0 end
  local before = #into.asks
  for _, ask in ipairs(hold.asks or {}) do table.insert(into.asks, ask) end
  for place, seat in ipairs(hold.seats) do
    table.insert(into.seats, seat)
    local number = hold.of and hold.of[place] or 0
    into.of[#into.seats] = number > 0 and before + number or 0
  end
  into.first = math.min(into.first, hold.first)
  into['until'] = math.min(math.max(into['until'], hold['until']), into.first + longest)
  into.extended = into.extended or hold.extended
end

local changed = {}
for id, hold in pairs(guests) do
  change_budget(hold)
  for _, seat in ipairs(hold.seats) do moved[#moved + 1] = seat end
  redis.call('ZREM', deadlines_key, guest .. ':' .. id)
  if open and not hold.booked then
    join(holds[open], hold)
    changed[open] = true
  else
    holds[id] = hold
    changed[id] = true
    if not hold.booked then open = id end
  end
end
if #moved == 0 then return { 'adopted', tostring(finish()) } end

for id in pairs(changed) do
  local hold = holds[id]
  redis.call('ZADD', deadlines_key, whole(hold['until']), account .. ':' .. id)
  for _, seat in ipairs(hold.seats) do set_state(seat, 'h', account .. ':' .. id, hold['until']) end
end
save_holds(guest, {})
save_holds(account, holds)
add_news(guest, 'moved', moved)
add_news(account, 'held', moved)
return { 'adopted', tostring(finish()), unpack(moved) }
