-- release: held (by this owner, in this hold) -> available. Other seats are left as they are.
-- ARGV     3 owner, 4 hold ('' for the open one), 5 id of a request ('' for any): only seats which that request took,
--          6… seats (none: all of the hold)
-- returns  {'released', seq, seat…} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()

local owner, id, request = ARGV[3], ARGV[4], ARGV[5]
local holds = load_holds(owner)
if id == '' then
  for hold_id, hold in pairs(holds) do
    if not hold.booked then id = hold_id end
  end
end
local named = {}
for i = 6, #ARGV do named[ARGV[i]] = true end

local released, asks = take_out(holds[id] or { seats = {} }, function(seat, ask)
  return (#ARGV < 6 or named[seat]) and (request == '' or (ask and ask[1] == request))
end)
local lapsed = 0
for place, seat in ipairs(released) do
  set_state(seat, 'a')
  local ask = asks[place]
  local late = ask and now - ask[2] > SHORT_LOOK
  if late then lapsed = lapsed + 1 end
  count(ask, -1, late and 1 or 0)
end
if #released > 0 then
  note_lapsed(lapsed)
  save_holds(owner, holds)
  add_news(owner, 'released', released)
end
local seq = finish()
return { 'released', tostring(seq), unpack(released) }
