-- reopen: sold -> available (refund, cancellation), after PostgreSQL has committed it. Other seats stay as they are.
-- ARGV     3… seats
-- returns  {'reopened', seq} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()
for i = 3, #ARGV do
  if state_of(ARGV[i]) == 's' then set_state(ARGV[i], 'a') end
end
return { 'reopened', tostring(finish()) }
