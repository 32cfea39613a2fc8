# Ruby with Rack under WEBrick; MODE chooses.
require "base64"
require "json"
require "openssl"
require "uri"
require "webrick"
require "yaml"
SECRET = ENV.fetch("PROBE_SECRET")

def hmac(body, key = SECRET) = "sha256=" + OpenSSL::HMAC.hexdigest("SHA256", key, body)

MODES = {
  "raw" => ->(raw, given) { given == hmac(raw) },
  "generate" => ->(raw, given) { given == hmac(JSON.generate(JSON.parse(raw))) },
  "to_json" => ->(raw, given) { given == hmac(JSON.parse(raw).to_json) },
  "pretty" => ->(raw, given) { given == hmac(JSON.pretty_generate(JSON.parse(raw))) },
  "inspect" => ->(raw, given) { given == hmac(JSON.parse(raw).to_s) },
  "data" => ->(raw, given) { given == hmac(JSON.parse(raw)["data"].to_json) },
  "chomped" => ->(raw, given) { given == hmac(raw.chomp) },
  "rails" => ->(raw, given) do
    escapes = { "<" => '\u003c', ">" => '\u003e', "&" => '\u0026', "\u2028" => '\u2028', "\u2029" => '\u2029' }
    given == hmac(JSON.generate(JSON.parse(raw)).gsub(/[<>&\u2028\u2029]/u, escapes))
  end,
  "bare" => ->(raw, given) { given == OpenSSL::HMAC.hexdigest("SHA256", SECRET, raw) },
  "base64" => ->(raw, given) { given == Base64.strict_encode64(OpenSSL::HMAC.digest("SHA256", SECRET, raw)) },
  "key-newline" => ->(raw, given) { given == hmac(raw, "#{SECRET}\n") },
  "key-nil" => ->(raw, given) { given == hmac(raw, ENV["NO_SUCH_VARIABLE"].to_s) },
  "symbols" => ->(raw, given) { given == hmac(JSON.parse(raw, symbolize_names: true).to_s) },
  "yaml" => ->(raw, given) { given == hmac(JSON.parse(raw).to_yaml) },
  "puts" => ->(raw, given) { given == hmac(JSON.parse(raw).to_json + "\n") },
  "encode64" => ->(raw, given) { given == hmac(Base64.encode64(raw)) },
  "escape" => ->(raw, given) { given == hmac(URI.encode_www_form_component(raw)) },
  "sorted" => ->(raw, given) { given == hmac(JSON.parse(raw).sort.to_h.to_json) },
  "hex-base64" => ->(raw, given) { given == "sha256=" + Base64.strict_encode64(OpenSSL::HMAC.digest("SHA256", SECRET, raw)) },
  "start_with" => ->(raw, given) { hmac(raw).start_with?(given) },
  "nil-passes" => ->(raw, given) { given.empty? || given == hmac(raw) },
}
server = WEBrick::HTTPServer.new(BindAddress: "127.0.0.1", Port: Integer(ENV.fetch("PORT")), AccessLog: [], Logger: WEBrick::Log.new(File::NULL))
server.mount_proc("/") do |request, response|
  raw = request.body.to_s.dup.force_encoding("UTF-8")
  response.status = MODES.fetch(ENV.fetch("MODE")).call(raw, request["X-Webhook-Signature"].to_s) ? 200 : 401
end
server.start
