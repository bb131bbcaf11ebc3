-- unblock: blocked -> available, after PostgreSQL has committed it. Other seats stay as they are.
-- ARGV     3… seats
-- returns  {'unblocked', seq} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()
for i = 3, #ARGV do
  if state_of(ARGV[i]) == 'b' then set_state(ARGV[i], 'a') end
end
return { 'unblocked', tostring(finish()) }
