-- book: the owner's open hold belongs to a booking from now on and takes no more seats. No seat changes its state.
-- ARGV     3 owner, 4 hold to open again ('' to book the open one)
-- returns  {'booked', hold, first_ms, until_ms, seat…} | {'none'} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()

local owner, undo = ARGV[3], ARGV[4]
local holds = load_holds(owner)
local id = nil
for hold_id, hold in pairs(holds) do
  if (undo == '' and not hold.booked) or hold_id == undo then id = hold_id end
end
if not id then
  finish()
  return { 'none' }
end
holds[id].booked = (undo == '')
save_holds(owner, holds)
finish(true)  -- the web processes keep copies of the holds
return { 'booked', id, whole(holds[id].first), whole(holds[id]['until']), unpack(holds[id].seats) }
