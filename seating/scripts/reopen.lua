-- reopen: sold -> available (refund, cancellation, exchange). PostgreSQL has already decided.
-- ARGV     3… seats
-- returns  {'reopened', seq} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()
for i = 3, #ARGV do
  if state_of(ARGV[i]) == 's' then set_state(ARGV[i], 'a') end
end
return { 'reopened', tostring(finish()) }
