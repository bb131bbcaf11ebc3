-- expire: held -> available, for every hold whose deadline has passed.
-- returns  {'expired', seats freed} | {'unbuilt'}
if not built() then return { 'unbuilt' } end
sweep()
local freed = 0
for _ in pairs(changes) do freed = freed + 1 end
finish()
return { 'expired', tostring(freed) }
