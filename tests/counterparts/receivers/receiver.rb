# Ruby on a bare socket: this Debian has no web server in Ruby's library. The body is generated again.
require "json"
require "openssl"
require "socket"
server = TCPServer.new("127.0.0.1", Integer(ENV.fetch("PORT")))
loop do
  Thread.new(server.accept) do |client|
    while (line = client.gets)
      headers = {}
      while (line = client.gets) && line != "\r\n"
        name, value = line.chomp.split(": ", 2)
        headers[name.downcase] = value
      end
      raw = client.read(headers.fetch("content-length", "0").to_i).force_encoding("UTF-8")
      expected = "sha256=" + OpenSSL::HMAC.hexdigest("SHA256", ENV.fetch("PROBE_SECRET"), JSON.generate(JSON.parse(raw)))
      ok = headers["x-webhook-signature"] == expected
      client.write("HTTP/1.1 #{ok ? "200 OK" : "401 Unauthorized"}\r\nContent-Length: 0\r\n\r\n")
    end
  rescue StandardError
    client.close
  end
end
