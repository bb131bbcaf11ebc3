-- Shared by every verb: one show's state, and the one way to change it and publish the change.
-- KEYS  meta, seats, deadlines, holds of one show (seating/keys.py describes each)
-- ARGV  1 prefix of the seat locks, 2 channel for the changes, then the verb's own arguments
-- A verb reads, decides, calls set_state / forget / save_holds, and returns through finish().

local meta_key, seats_key, deadlines_key, holds_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local lock_prefix, channel = ARGV[1], ARGV[2]

-- Redis's own clock, in milliseconds: the only clock that deadlines are compared with.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local changes = {}  -- seat -> letter of its new state
local counted = { h = 0, s = 0, b = 0 }
local touched = {}  -- owner -> their holds after this call, or false
local lost = {}     -- owner -> seats whose hold ended without their own request

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

-- Takes a seat out of its owner's hold. The caller sets the seat's own state.
local function forget(seat, owner, hold_id)
  local holds = load_holds(owner)
  local hold = holds[hold_id]
  if not hold then return end
  local rest = {}
  for _, other in ipairs(hold.seats) do
    if other ~= seat then rest[#rest + 1] = other end
  end
  hold.seats = rest
  save_holds(owner, holds)
end

local function add_lost(owner, seat)
  lost[owner] = lost[owner] or {}
  table.insert(lost[owner], seat)
end

-- Frees every hold whose deadline has passed, so that each verb starts from what is really held.
local function sweep()
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', deadlines_key, '-inf', whole(now))) do
    local owner, hold_id = member:match('^([^:]*):(.*)$')
    local holds = load_holds(owner)
    for _, seat in ipairs((holds[hold_id] or { seats = {} }).seats) do
      set_state(seat, 'a')
      add_lost(owner, seat)
    end
    holds[hold_id] = nil
    redis.call('ZREM', deadlines_key, member)
    save_holds(owner, holds)
  end
end

-- Raises the sequence number and publishes, once per call and only after a change. Returns the sequence number.
-- `people` in the message is the owners' holds. The name stays: processes of an older version listen during a restart.
local function finish(always)
  if not always and not next(changes) then
    return tonumber(redis.call('HGET', meta_key, 'seq'))
  end
  for letter, step in pairs(counted) do
    if step ~= 0 then redis.call('HINCRBY', meta_key, letter, step) end
  end
  local seq = redis.call('HINCRBY', meta_key, 'seq', 1)
  local epoch = redis.call('HGET', meta_key, 'epoch')
  redis.call('PUBLISH', channel, cjson.encode({
    epoch = epoch, seq = seq, changes = changes, people = touched, lost = lost
  }))
  return seq
end

