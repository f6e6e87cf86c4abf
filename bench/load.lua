-- Sends requests with wrk and checks the responses.
--
--   wrk … -s load.lua URL -- REQUESTS MUST
--
-- The file REQUESTS has one request per line: a bearer token, a tab, the body. Each request is chosen at random. A
-- response is valid if its status is 200, its body contains MUST, and all lists of errors are empty. The last line
-- printed is `RESULT {json}`. A line `FAILED …` before it shows the first invalid response.

local requests, must = {}, nil

-- Globals, because done() reads them from each thread.
failed, first_failure = 0, ""

local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  must = args[2]
  for line in io.lines(args[1]) do
    local token, body = line:match("^(%S+)\t(.+)$")
    requests[#requests + 1] = wrk.format("POST", nil, {
      ["Authorization"] = "Bearer " .. token,
      ["Content-Type"] = "application/json",
      ["Accept"] = "application/graphql-response+json, application/json;q=0.9",
    }, body)
  end
  math.randomseed(os.time())
end

function request()
  return requests[math.random(#requests)]
end

function response(status, headers, body)
  if status == 200 and body:find(must, 1, true) and not body:find('"errors":[{', 1, true) then
    return
  end
  if failed == 0 then
    first_failure = status .. " " .. body:sub(1, 600):gsub("%c", " ")
  end
  failed = failed + 1
end

function done(summary, latency)
  local bad = 0
  for _, thread in ipairs(threads) do
    local count = thread:get("failed")
    if count > 0 and bad == 0 then
      print("FAILED " .. thread:get("first_failure"))
    end
    bad = bad + count
  end
  local errors = summary.errors
  print(string.format(
    'RESULT {"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"failed":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, bad,
    errors.connect + errors.read + errors.write + errors.timeout))
end
