# What Ruby makes of a body on standard input: a line each, with the causes that name it. rows.py runs it.
require 'json';require 'openssl';require 'cgi';require 'base64';require 'erb';require 'uri';require 'zlib';require 'yaml';require 'ostruct';require 'pp'
raw=STDIN.read.force_encoding('UTF-8'); body=JSON.parse(raw)
$o=lambda{|what,want,v| v=v.to_s; next if v.empty?; puts ["M","ruby "+what,want,Base64.strict_encode64(v.b)].join("\t")}
o=$o
o.('inspect','ruby-inspect',body.inspect)
sym=JSON.parse(raw,symbolize_names:true)
o.('inspect symbols','ruby-inspect',sym.inspect)
o.('inspect 3.4','ruby-inspect',body.inspect.gsub('"=>','" => '))  rescue nil
o.('to_yaml','yaml|ruby-yaml',body.to_yaml)
o.('to_yaml symbols','yaml|ruby-yaml',sym.to_yaml)
o.('pp','ruby-pp|ruby-inspect',PP.pp(body,+''))
o.('raw.inspect','ruby-inspect|json-string|ruby-dump',raw.inspect)
o.('raw.dump','ruby-inspect|json-string|ruby-dump',raw.dump)
o.('to_json','json-ruby',body.to_json)
o.('pretty','json-ruby-pretty|json-pretty-2',JSON.pretty_generate(body))
o.('pretty+LF','json-printed|json-ruby-pretty',JSON.pretty_generate(body)+"\n")
o.('puts to_json','json-printed|json-ruby',body.to_json+"\n")
o.('ascii_only','json-python-compact|json-ruby|json-ruby-ascii|json-stringify-escaped',JSON.generate(body,ascii_only:true)) rescue nil
o.('script_safe','json-ruby|json-ruby-script-safe',JSON.generate(body,script_safe:true)) rescue nil
o.('sort to_h','json-sorted|json-ruby-sorted|json-ruby',body.sort.to_h.to_json)
o.('sort to_json arrays','json-pairs',body.sort.to_json)
o.('CGI.escape','form-field',CGI.escape(raw)); o.('URI component','form-field',URI.encode_www_form_component(raw)); o.('ERB url','form-field',ERB::Util.url_encode(raw)); o.('CGI.escapeHTML','html-escaped',CGI.escapeHTML(raw)); o.('ERB h','html-escaped',ERB::Util.html_escape(raw))
o.('encode_www_form','query-string',URI.encode_www_form(body))
o.('CGI.unescape','percent-decoded',CGI.unescape(raw)) if raw=~/[%+]/
o.('CGI.unescapeHTML','html-unescaped',CGI.unescapeHTML(raw)) if CGI.unescapeHTML(raw)!=raw
o.('latin1','charset-latin-1',raw.encode('ISO-8859-1',undef: :replace,invalid: :replace))
o.('ascii','charset-ascii',raw.encode('US-ASCII',undef: :replace,invalid: :replace,replace:'?')) unless raw.ascii_only?
o.('ascii drop','charset-dropped',raw.encode('US-ASCII',undef: :replace,replace:'')) unless raw.ascii_only?
o.('1252','charset-latin-1',raw.encode('Windows-1252',undef: :replace,invalid: :replace))
o.('xml text','html-escaped',raw.encode(xml: :text)); o.('xml attr','html-escaped|json-string',raw.encode(xml: :attr))
o.('universal crlf','crlf-lines',raw.encode(crlf_newline:true)) if raw.include?("\n")
o.('H*','body-hex',raw.unpack1('H*')); o.('m','body-base64',[raw].pack('m')); o.('m0','body-base64',[raw].pack('m0')); o.('M','quoted-printable',[raw].pack('M'))
o.('b64 to_json','body-base64|json-ruby',Base64.strict_encode64(body.to_json)); o.('b64 to_json lines','body-base64|json-ruby',Base64.encode64(body.to_json))
o.('deflate','deflate-done',Zlib::Deflate.deflate(raw)); 
o.('chop','byte-lost',raw.chop); o.('chop to_json','byte-lost|json-ruby',nil)
o.('to_a','ruby-array|ruby-inspect',body.to_a.inspect); o.('flatten join','values-joined|pairs-joined',body.to_a.flatten.join); o.('values join','values-joined',body.values.join)
o.('data inspect','json-member|ruby-inspect',body['data'].inspect); o.('data to_json','json-member',body['data'].to_json)
o.('Marshal','ruby-marshal',nil)
o.('rails wrapped','json-rails-wrapped|json-wrapped',body.merge('webhook'=>body).to_json)
o.('rails wrapped full','json-rails-wrapped|json-wrapped',body.merge('controller'=>'webhooks','action'=>'create','webhook'=>body).to_json)
o.('rails ctrl action','json-rails-wrapped|json-wrapped',body.merge('controller'=>'webhooks','action'=>'create').to_json)
o.('AC::Parameters','ruby-inspect|rails-parameters',"#<ActionController::Parameters #{body.inspect} permitted: false>")
o.('Parameters 7','ruby-inspect|rails-parameters',nil)
o.('OpenStruct','ruby-open-struct',OpenStruct.new(body).inspect)
o.('squeeze','blanks-collapsed',nil)
o.('stringio','object-text',nil)
o.('raw twice','body-twice',raw+raw)
o.('json twice','body-twice',nil)
def camel(v) v.is_a?(Hash) ? v.to_h{|k,x|[k.gsub(/_(.)/){$1.upcase},camel(x)]} : v.is_a?(Array) ? v.map{|x|camel(x)} : v end
o.('camel keys','json-renamed',camel(body).to_json)
def dash(v) v.is_a?(Hash) ? v.to_h{|k,x|[k.tr('_','-'),dash(x)]} : v.is_a?(Array) ? v.map{|x|dash(x)} : v end
o.('dashed keys','json-renamed',dash(body).to_json)
o.('compact','json-empty-dropped',body.merge('data'=>body['data'].compact).to_json) if body['data'].compact!=body['data']
o.('to_query rails','query-string',nil)
o.('single line heredoc squish','blanks-collapsed|lines-joined',nil)
