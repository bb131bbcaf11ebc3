-- Shared by every verb: one show's state, and the one way to change it and publish the change.
-- KEYS  meta, seats, deadlines, holds, budgets of one show (seating/keys.py describes each)
-- ARGV  1 prefix of the seat locks, 2 channel for the changes, then the verb's own arguments
-- A verb reads, decides, calls set_state / take_out / save_holds, and returns through finish().

local meta_key, seats_key, deadlines_key, holds_key, budgets_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local lock_prefix, channel = ARGV[1], ARGV[2]

-- Redis's own clock, in milliseconds: the only clock that deadlines are compared with.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local changes = {}  -- seat -> letter of its new state
local counted = { h = 0, s = 0, b = 0 }
local touched = {}  -- owner -> their holds after this call, or false
local lost = {}     -- owner -> seats whose hold ended without their own request
local news = {}     -- {owner, what, seats}: what a person did in one window and hears of in all of them
local budgets = {}  -- name -> {held, lapsed: {minute: seats}}, as read and changed by this call

local LAPSE_WINDOW = 30 * 60000  -- ms for which a seat that nobody paid for is remembered
local SHORT_LOOK = 60000         -- ms: a seat given back sooner was only looked at

local function whole(number)
  return string.format('%.0f', number)
end

local function built()
  return redis.call('HEXISTS', meta_key, 'epoch') == 1
end

-- letter, owner, hold
local function state_of(seat)
  local value = redis.call('HGET', seats_key, seat)
  if not value then return 'a' end
  if value:sub(1, 1) ~= 'h' then return value end
  local owner, hold = value:match('^h([^:]*):(.*)$')
  return 'h', owner, hold
end

local function locked(seat)
  return redis.call('EXISTS', lock_prefix .. seat) == 1
end

-- lock_value is `<owner>:<hold>` when letter is h
local function set_state(seat, letter, lock_value, until_ms)
  local before = (redis.call('HGET', seats_key, seat) or 'a'):sub(1, 1)
  if counted[before] then counted[before] = counted[before] - 1 end
  if counted[letter] then counted[letter] = counted[letter] + 1 end
  if letter == 'a' then
    redis.call('HDEL', seats_key, seat)
  else
    redis.call('HSET', seats_key, seat, letter .. (lock_value or ''))
  end
  if letter == 'h' then
    redis.call('SET', lock_prefix .. seat, lock_value, 'PXAT', whole(until_ms))
  else
    redis.call('DEL', lock_prefix .. seat)
  end
  changes[seat] = letter
end

local function load_holds(owner)
  local text = redis.call('HGET', holds_key, owner)
  return text and cjson.decode(text) or {}
end

-- Empty holds are removed, and with the last of them the owner's entry.
local function save_holds(owner, holds)
  for id, hold in pairs(holds) do
    if #hold.seats == 0 then
      holds[id] = nil
      redis.call('ZREM', deadlines_key, owner .. ':' .. id)
    end
  end
  if next(holds) then
    redis.call('HSET', holds_key, owner, cjson.encode(holds))
    touched[owner] = holds
  else
    redis.call('HDEL', holds_key, owner)
    touched[owner] = false
  end
end

-- ------------------------------------------------------------------------- budgets (seating/budgets.py)
local function budget_of(name)
  if not budgets[name] then
    local text = redis.call('HGET', budgets_key, name)
    budgets[name] = text and cjson.decode(text) or { held = 0, lapsed = {} }
  end
  return budgets[name]
end

-- Seats that lapsed within the window, and the minute of the oldest of them.
local function lapses(budget)
  local since, sum, oldest = math.floor((now - LAPSE_WINDOW) / 60000), 0, nil
  for minute, seats in pairs(budget.lapsed) do
    if tonumber(minute) < since then
      budget.lapsed[minute] = nil
    else
      sum = sum + seats
      oldest = math.min(oldest or math.huge, tonumber(minute))
    end
  end
  return sum, oldest
end

-- An ask is one request for seats: {id, ms, client's key or '', name of the budget or ''}. Counts `held` more seats,
-- and `lapsed` more that nobody paid for: less than 0 gives back what a payment earns.
local function count(ask, held, lapsed)
  local name = ask and ask[4]
  if not name or name == '' then return end
  local budget = budget_of(name)
  budget.held = math.max(0, budget.held + held)
  local minute = whole(math.floor(now / 60000))
  if lapsed < 0 then
    local _, oldest = lapses(budget)
    minute = oldest and whole(oldest) or minute
  end
  local seats = math.max(0, (budget.lapsed[minute] or 0) + lapsed)
  budget.lapsed[minute] = seats > 0 and seats or nil
end

-- nil if the budget has room for so many more seats, or else the ms until it is worth asking again. 0 limits nothing.
local function over_budget(budget, seats, most_held, most_lapsed)
  local lapsed, oldest = lapses(budget)
  if most_lapsed > 0 and lapsed >= most_lapsed then
    return math.max(1000, (oldest + 1) * 60000 + LAPSE_WINDOW - now)
  end
  if most_held > 0 and budget.held + seats > most_held then
    local next_end = redis.call('ZRANGE', deadlines_key, 0, 0, 'WITHSCORES')[2]
    -- By then a hold of this show ends, though perhaps not one of theirs; and somebody may pay sooner.
    return math.max(1000, math.min(30000, tonumber(next_end or now) - now))
  end
  return nil
end

local function save_budgets()
  for name, budget in pairs(budgets) do
    if budget.held == 0 and lapses(budget) == 0 then
      redis.call('HDEL', budgets_key, name)
    else
      redis.call('HSET', budgets_key, name, cjson.encode(budget))
      redis.call('PEXPIRE', budgets_key, whole(2 * LAPSE_WINDOW))
    end
  end
end

-- How many seats were let go after they had kept others waiting: nobody else could have them, and nobody paid.
local function note_lapsed(seats)
  if seats > 0 then redis.call('HINCRBY', meta_key, 'lapsed', seats) end
end

-- ------------------------------------------------------------------------- entering and leaving a hold
local function add_seats(hold, seats, ask)
  hold.asks, hold.of = hold.asks or {}, hold.of or {}
  for place = #hold.of + 1, #hold.seats do hold.of[place] = 0 end  -- of a rebuilt hold: nobody knows how they came
  table.insert(hold.asks, ask)
  for _, seat in ipairs(seats) do
    table.insert(hold.seats, seat)
    hold.of[#hold.seats] = #hold.asks
  end
  count(ask, #seats, 0)
end

-- Takes those seats out of a hold for which `goes(seat, ask)` is true. Returns them and, in the same order, their asks
-- (false for seats of the waitlist or of a rebuilt hold). The caller sets the seats' own state.
local function take_out(hold, goes)
  local kept, kept_of, gone, asks = {}, {}, {}, {}
  for place, seat in ipairs(hold.seats) do
    local number = hold.of and hold.of[place] or 0
    local ask = hold.asks and hold.asks[number] or false
    if goes(seat, ask) then
      gone[#gone + 1], asks[#asks + 1] = seat, ask
    else
      kept[#kept + 1], kept_of[#kept_of + 1] = seat, number
    end
  end
  hold.seats = kept
  if hold.of then hold.of = kept_of end
  return gone, asks
end

-- Takes one seat out of its owner's hold. `paid`: 1 if it is sold to that owner, who gets a lapsed one back for it.
local function forget(seat, owner, hold_id, paid)
  local holds = load_holds(owner)
  local hold = holds[hold_id]
  if not hold then return end
  local _, asks = take_out(hold, function(other) return other == seat end)
  for _, ask in ipairs(asks) do count(ask, -1, -(paid or 0)) end
  save_holds(owner, holds)
end

local function add_lost(owner, seat)
  lost[owner] = lost[owner] or {}
  table.insert(lost[owner], seat)
end

local function add_news(owner, what, seats)
  if #seats > 0 then news[#news + 1] = { owner, what, seats } end
end

-- Frees every hold whose deadline has passed, so that each verb starts from what is really held.
local function sweep()
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', deadlines_key, '-inf', whole(now))) do
    local owner, hold_id = member:match('^([^:]*):(.*)$')
    local holds = load_holds(owner)
    local seats, asks = take_out(holds[hold_id] or { seats = {} }, function() return true end)
    for place, seat in ipairs(seats) do
      set_state(seat, 'a')
      add_lost(owner, seat)
      count(asks[place], -1, 1)
    end
    note_lapsed(#seats)
    holds[hold_id] = nil
    redis.call('ZREM', deadlines_key, member)
    save_holds(owner, holds)
  end
end

-- What the web processes need of a hold, and no more.
local function public(holds)
  if not holds then return false end
  local slim = {}
  for id, hold in pairs(holds) do
    slim[id] = { ['until'] = hold['until'], booked = hold.booked, seats = hold.seats }
  end
  return slim
end

-- Raises the sequence number and publishes, once per call and only after a change. Returns the sequence number.
-- `people` in the message is the owners' holds. The name stays: processes of an older version listen during a restart.
local function finish(always)
  save_budgets()
  if not always and not next(changes) then
    return tonumber(redis.call('HGET', meta_key, 'seq'))
  end
  for letter, step in pairs(counted) do
    if step ~= 0 then redis.call('HINCRBY', meta_key, letter, step) end
  end
  local seq = redis.call('HINCRBY', meta_key, 'seq', 1)
  local epoch = redis.call('HGET', meta_key, 'epoch')
  local people = {}
  for owner, holds in pairs(touched) do people[owner] = public(holds) end
  redis.call('PUBLISH', channel, cjson.encode({
    epoch = epoch, seq = seq, changes = changes, people = people, lost = lost, news = news
  }))
  return seq
end

