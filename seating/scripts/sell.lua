-- sell: any state -> sold, after PostgreSQL has committed it. PostgreSQL decides who may buy (services/claims.py).
-- What Redis has may be older: a block that is gone, or somebody else's hold. It follows the sale all the same, and an
-- owner who loses a seat by it is told.
-- ARGV     3 owner, 4… seats
-- returns  {'sold', seq} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()

local paid = {}
for i = 4, #ARGV do
  local seat = ARGV[i]
  local letter, holder, hold_id = state_of(seat)
  if letter ~= 's' then
    if letter == 'h' then
      local theirs = holder == ARGV[3]
      forget(seat, holder, hold_id, theirs and 1 or 0)
      if theirs then paid[#paid + 1] = seat else add_lost(holder, seat) end
    end
    set_state(seat, 's')
  end
end
add_news(ARGV[3], 'paid', paid)
return { 'sold', tostring(finish()) }
