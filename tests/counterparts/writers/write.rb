# Prints what Ruby's json makes of a body: one line a form, its name, a tab, the bytes in Base64.
require "json"
body = File.read(ARGV[0], encoding: "UTF-8")
value = JSON.parse(body)
show = ->(name, text) { puts name + "\t" + [text].pack("m0") }
show.("json-ruby", JSON.generate(value))
show.("json-ruby-pretty", JSON.pretty_generate(value))
# ActiveSupport's to_json: the same with the characters escaped that HTML and JavaScript stumble over.
html = { "<" => '\u003c', ">" => '\u003e', "&" => '\u0026', "\u2028" => '\u2028', "\u2029" => '\u2029' }
show.("json-rails", JSON.generate(value).gsub(/[<>&\u2028\u2029]/) { |c| html[c] })
show.("ruby-inspect", value.inspect)
