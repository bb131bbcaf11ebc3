-- sell: held (mine) or, at the counter, available -> sold. PostgreSQL has already decided; this follows it,
-- so a seat is sold here whatever was believed, and whoever held it by mistake is told.
-- ARGV     3 owner, 4… seats
-- returns  {'sold', seq} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()

for i = 4, #ARGV do
  local seat = ARGV[i]
  local letter, holder, hold_id = state_of(seat)
  if letter ~= 's' then
    if letter == 'h' then
      forget(seat, holder, hold_id)
      if holder ~= ARGV[3] then tell_lost(holder, seat) end
    end
    set_state(seat, 's')
  end
end
return { 'sold', tostring(finish()) }
