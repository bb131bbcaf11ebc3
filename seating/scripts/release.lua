-- release: held (by this owner, in this hold) -> available. Other seats are left as they are.
-- ARGV     3 owner, 4 hold ('' for the open one), 5… seats (none: all of the hold)
-- returns  {'released', seq, seat…} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()

local owner, id = ARGV[3], ARGV[4]
local holds = load_holds(owner)
if id == '' then
  for hold_id, hold in pairs(holds) do
    if not hold.booked then id = hold_id end
  end
end
local hold = holds[id]
local released, kept = {}, {}
if hold then
  local named = {}
  for i = 5, #ARGV do named[ARGV[i]] = true end
  for _, seat in ipairs(hold.seats) do
    if #ARGV < 5 or named[seat] then
      released[#released + 1] = seat
      set_state(seat, 'a')
    else
      kept[#kept + 1] = seat
    end
  end
  hold.seats = kept
  save_holds(owner, holds)
end
local seq = finish()
return { 'released', tostring(seq), unpack(released) }
