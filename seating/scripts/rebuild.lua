-- rebuild: makes the state agree with PostgreSQL: builds it after a flush, or corrects what differs.
-- ARGV     3 the new epoch if one begins, 4 sequence number at which the claims were read ('' builds only what is not
--          built, '!' begins a new epoch whatever is there), 5 JSON {sold: [seat], blocked: [seat],
--          holds: {owner: {hold: {first, until, extended, seats}}}} of the pending claims
-- returns  {'rebuilt', seq} | {'built'} another process was first | {'moved'} something changed since then
local epoch, seen = ARGV[3], ARGV[4]
local alive = built()
if alive and seen == '' then return { 'built' } end
if alive and seen ~= '!' and redis.call('HGET', meta_key, 'seq') ~= seen then return { 'moved' } end

local new_epoch = not alive or seen == '!'
if new_epoch then redis.call('HSET', meta_key, 'epoch', epoch, 'seq', '0', 'h', '0', 's', '0', 'b', '0') end
if not alive then redis.call('DEL', seats_key, deadlines_key, holds_key) end
if alive and new_epoch then
  for _, value in ipairs(redis.call('HVALS', seats_key)) do
    local letter = value:sub(1, 1)
    redis.call('HINCRBY', meta_key, letter, 1)
  end
end
sweep()

local claimed = cjson.decode(ARGV[5])
local right = {}  -- seat -> letter it must have
for _, seat in ipairs(claimed.sold) do right[seat] = 's' end
for _, seat in ipairs(claimed.blocked) do right[seat] = 'b' end

local function drop_hold(seat, holder, hold_id, to)
  forget(seat, holder, hold_id)
  add_lost(holder, seat)
  set_state(seat, to)
end

local known = redis.call('HGETALL', seats_key)
for i = 1, #known, 2 do
  local seat, letter = known[i], known[i + 1]:sub(1, 1)
  if (letter == 's' or letter == 'b') and right[seat] ~= letter then set_state(seat, 'a') end
end
for seat, letter in pairs(right) do
  local before, holder, hold_id = state_of(seat)
  if before == 'h' then
    drop_hold(seat, holder, hold_id, letter)
  elseif before ~= letter then
    set_state(seat, letter)
  end
end
for owner, claims in pairs(claimed.holds) do
  for id, claim in pairs(claims) do
    for _, seat in ipairs(claim.seats) do
      local before, holder, hold_id = state_of(seat)
      if claim['until'] > now and not right[seat] and not (holder == owner and hold_id == id) then
        if before == 'h' then drop_hold(seat, holder, hold_id, 'a') end
        local holds = load_holds(owner)
        local hold = holds[id] or {
          first = claim.first, ['until'] = claim['until'], extended = claim.extended, booked = true, seats = {}
        }
        set_state(seat, 'h', owner .. ':' .. id, hold['until'])
        table.insert(hold.seats, seat)
        holds[id] = hold
        redis.call('ZADD', deadlines_key, whole(hold['until']), owner .. ':' .. id)
        save_holds(owner, holds)
      end
    end
  end
end
return { 'rebuilt', tostring(finish(new_epoch)) }
