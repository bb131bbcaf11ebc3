-- Redis runs Lua 5.1, with what it adds. `_show.lua` is put in front of every script of its folder
-- (seating/scripts/__init__.py): its locals are known there, and look unused in itself.
std = "lua51"
max_line_length = 120
read_globals = { "redis", "cjson", "KEYS", "ARGV" }

local shared = {}
for line in io.lines("seating/scripts/_show.lua") do
  local names = line:match("^local function ([%w_]+)") or line:match("^local ([%w_, ]+) =") or ""
  for name in names:gmatch("[%w_]+") do shared[#shared + 1] = name end
end
files["seating/scripts"] = { read_globals = shared }
files["seating/scripts/_show.lua"] = { ignore = { "211" } }
