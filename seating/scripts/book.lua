-- book: the owner's open hold takes no more seats; it belongs to a booking from now on. No seat changes its state.
-- ARGV     3 owner, 4 hold to give back ('' to book the open one)
-- returns  {'booked', hold, first_ms, until_ms, seat…} | {'none'} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()

local owner, undo = ARGV[3], ARGV[4]
local person = load_person(owner)
local id = nil
for hold_id, hold in pairs(person) do
  if (undo == '' and not hold.booked) or hold_id == undo then id = hold_id end
end
if not id then
  finish()
  return { 'none' }
end
person[id].booked = (undo == '')
save_person(owner, person)
finish(true)  -- the web processes' copies of `people` must follow
return { 'booked', id, whole(person[id].first), whole(person[id]['until']), unpack(person[id].seats) }
