-- wrk's part: sends the requests of a file one after the other, each of them once, ends when there are no more, and says what
-- was seen in one line. In the file, each request stands behind its length in ten digits.
local ffi = require("ffi")
ffi.cdef("int kill(int pid, int signal); int getpid(void);")

local file, ended

function init(args)
  file = assert(io.open(args[1], "rb"))
end

function request()
  local length = not ended and file:read(10)
  if length then
    return file:read(tonumber(length))
  end
  if not ended then
    ended = true
    wrk.thread:stop()
    ffi.C.kill(ffi.C.getpid(), 2) -- wrk sleeps until its time is over, else
  end
  return "GET / HTTP/1.1\r\nHost: over\r\n\r\n" -- whose answer nobody waits for
end

function done(summary, latency)
  local e = summary.errors
  print(string.format("seen %d %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.status, e.connect + e.read + e.write + e.timeout))
end
