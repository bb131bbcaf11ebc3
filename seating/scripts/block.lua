-- block: available -> blocked, all of the seats or none. Seats that are blocked already stay so.
-- Redis is asked first, because only it knows of holds; a claim in PostgreSQL can still refuse (services/blocks.py).
-- ARGV     3… seats
-- returns  {'blocked', seq} | {'taken', seat…} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()

local wanted, taken = {}, {}
for i = 3, #ARGV do
  local seat = ARGV[i]
  local letter = state_of(seat)
  if letter == 'a' and not locked(seat) then
    wanted[#wanted + 1] = seat
  elseif letter ~= 'b' then
    taken[#taken + 1] = seat
  end
end
if #taken > 0 then
  finish()
  return { 'taken', unpack(taken) }
end
for _, seat in ipairs(wanted) do set_state(seat, 'b') end
return { 'blocked', tostring(finish()) }
