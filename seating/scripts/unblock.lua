-- unblock: blocked -> available.
-- ARGV     3… seats
-- returns  {'unblocked', seq} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()
for i = 3, #ARGV do
  if state_of(ARGV[i]) == 'b' then set_state(ARGV[i], 'a') end
end
return { 'unblocked', tostring(finish()) }
