-- For wrk: asks for one file after another, 1.10.1, 1.10.2 and so on; after as many as the argument says,
-- from the first one on again. `NUMBER` in the URL is where the number goes.

local before, after, files
local number = 0

function init(arguments)
   files = tonumber(arguments[1])
   before, after = wrk.format("GET", wrk.path):match("(.*)NUMBER(.*)")
end

-- This is part of what is measured, so it does no more than it must.
function request()
   number = number % files + 1
   return before .. number .. after
end
