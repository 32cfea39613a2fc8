-- Cycles through the deliveries of the file named by DELIVERIES. Requests are put together once, before the clock
-- starts; threads begin at different places. Prints one line for the script that runs this: acknowledged requests
-- a second, answers that acknowledged nothing, socket errors.

local threads = 0

function setup(thread)
  thread:set("first", threads * 12345)
  threads = threads + 1
end

function init(args)
  requests = {}
  for line in io.lines(os.getenv("DELIVERIES")) do
    local signature, body = line:match("^([^\t]+)\t(.*)$")
    requests[#requests + 1] = wrk.format("POST", "/", {
      ["Content-Type"] = "application/json",
      ["User-Agent"] = "referralloop-bench/1",
      ["X-Webhook-Signature"] = signature,
    }, body)
  end
  index = first % #requests
end

function request()
  index = index % #requests + 1
  return requests[index]
end

function done(summary, latency)
  local errors = summary.errors
  local sockets = errors.connect + errors.read + errors.write + errors.timeout
  local seconds = summary.duration / 1e6
  io.write(string.format("RESULT %.0f %d %d %.0f\n", (summary.requests - errors.status) / seconds, errors.status,
    sockets, latency:percentile(99)))
end
