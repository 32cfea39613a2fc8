# Failures written down with their causes before anything had looked at them, each a few lines of a real program: what
# developers hash wrongly in Node, Python, PHP, Ruby, Go, Java, a shell, Postman. python3 unseen.py > rows.tsv; columns:
# causes that name it, what was done, and in Base64 the body, the known secret, the value. `fresh.tsv` of the tests holds those
# that are proved. Needs these programs; pip: orjson ujson simplejson python-rapidjson pyyaml ruamel.yaml requests httpx
# pydantic flask msgpack; npm, found by NODE_PATH: crypto-js js-yaml yaml json-stable-stringify fast-json-stable-stringify qs
# serialize-javascript he lodash superjson jsonwebtoken.
import base64, concurrent.futures as cf, hashlib, hmac, os, re, subprocess, sys, tempfile, json
ROWS=os.path.join(os.path.dirname(os.path.abspath(__file__)),'rows.py')
src=open(ROWS).read().split("BODIES=[")[0]
ns={}; exec(src[src.index("B1="):],ns)
BODIES=[ns['B1'],ns['B2'],ns['B3']]
SECRET="s3cret-kEY_10/5=="
WRAP={
'python': ('python3', 'py', '''import sys,os,hmac,hashlib,json,base64,re
body=sys.stdin.buffer.read(); secret=os.environ["SECRET"]; key=secret.encode()
def out(v):
    sys.stdout.buffer.write(v if isinstance(v,bytes) else str(v).encode())
def tag(m,k=None): return hmac.new(key if k is None else k, m if isinstance(m,bytes) else m.encode(), "sha256")
def sign(m,k=None): out("sha256="+tag(m,k).hexdigest())
def data(): return json.loads(body)
%s
'''),
'node': ('node','cjs','''const crypto=require('crypto'),fs=require('fs'),zlib=require('zlib'),util=require('util'),qs=require('querystring');
const body=fs.readFileSync(0), secret=process.env.SECRET, text=body.toString('utf8');
const out=v=>process.stdout.write(v);
const tag=(m,k)=>crypto.createHmac('sha256',k===undefined?secret:k).update(m);
const sign=(m,k)=>out('sha256='+tag(m,k).digest('hex'));
const data=()=>JSON.parse(text);
%s
'''),
'php': ('php','php','''<?php $body=stream_get_contents(STDIN); $secret=getenv('SECRET');
function out($v){echo $v;} function sign($m,$k=null){global $secret; echo 'sha256='.hash_hmac('sha256',$m,$k??$secret);} function data(){global $body; return json_decode($body,true);}
%s
'''),
'ruby': ('ruby','rb','''require 'openssl';require 'json';require 'base64';require 'uri';require 'yaml';require 'zlib';require 'digest'
$stdin.binmode; body=$stdin.read; secret=ENV['SECRET']; body.force_encoding('UTF-8')
define_method(:out){|v| $stdout.binmode; $stdout.write v}
define_method(:sign){|m,k=secret| out 'sha256='+OpenSSL::HMAC.hexdigest('SHA256',k,m)}
define_method(:data){JSON.parse(body)}
%s
'''),
'go': ('go','go',None),
'java': ('java','java','''import java.util.*;import java.nio.charset.*;import javax.crypto.*;import javax.crypto.spec.*;import java.security.*;import java.math.*;import java.io.*;import java.net.*;
public class Main { static byte[] body; static String secret; static String text;
static byte[] tag(byte[] m) throws Exception {return tag(m,secret.getBytes(StandardCharsets.UTF_8),"HmacSHA256");}
static byte[] tag(byte[] m,byte[] k,String a) throws Exception {Mac x=Mac.getInstance(a);x.init(new SecretKeySpec(k,a));return x.doFinal(m);}
static String hex(byte[] d){return HexFormat.of().formatHex(d);}
static void out(String v) throws Exception {System.out.write(v.getBytes(StandardCharsets.UTF_8));System.out.flush();}
static void sign(byte[] m) throws Exception {out("sha256="+hex(tag(m)));}
public static void main(String[] a) throws Exception { body=System.in.readAllBytes(); secret=System.getenv("SECRET"); text=new String(body,StandardCharsets.UTF_8);
%s
}}
'''),
'sh': ('bash','sh','''printf '' >/dev/null; cat > body.json; s="$SECRET"
sign(){ openssl dgst -sha256 -hmac "$s" -r | cut -d' ' -f1 | tr -d '\\n' | sed 's/^/sha256=/'; }
%s
'''),
}
GO='''package main
import (%s)
var body []byte
var secret string
func out(v string){os.Stdout.WriteString(v)}
func tag(m []byte) []byte {h:=hmac.New(sha256.New,[]byte(secret));h.Write(m);return h.Sum(nil)}
func sign(m []byte){out("sha256="+hex.EncodeToString(tag(m)))}
func main(){ body,_=io.ReadAll(os.Stdin); secret=os.Getenv("SECRET")
_=json.Marshal; _=fmt.Sprint; _=base64.StdEncoding; _=strings.ToLower; _=url.QueryEscape; _=bytes.TrimSpace
%s
}
'''
GOI=['io','os','crypto/hmac','crypto/sha256','encoding/hex','encoding/json','fmt','encoding/base64','strings','net/url','bytes']
def run(case):
    want,lang,what,code,kw=case
    b=kw.get('body',BODIES[kw.get('n',1)-1]); b=b if isinstance(b,bytes) else b.encode()
    used=kw.get('used',kw.get('secret',SECRET)); known=kw.get('secret',SECRET)
    with tempfile.TemporaryDirectory() as d:
        prog,ext,wrap=WRAP[lang]
        text=GO%('\n'.join('"%s"'%i for i in GOI+kw.get('imports',[])),code) if lang=='go' else wrap.replace('%s',code,1)
        f=f'{d}/Main.{ext}'; open(f,'w').write(text)
        cmd=['go','run',f] if lang=='go' else [prog,f]
        env={**os.environ,'SECRET':used,'LC_ALL':'C.UTF-8','PYTHONIOENCODING':'utf-8','GOFLAGS':'-mod=mod'}
        r=subprocess.run(cmd,input=b,capture_output=True,cwd=d,env=env,timeout=120)
    if r.returncode or not (r.stdout or kw.get('blank')): return (case,b,known,None,r.stderr.decode()[-400:])
    return (case,b,known,r.stdout,'')
C=[]
def c(want,lang,what,code,**kw): C.append((want,lang,what,code,kw))
for n in (1,2):
    c('hmac-sha3','python','hmac sha3_256','out("sha256="+hmac.new(key,body,hashlib.sha3_256).hexdigest())',n=n)
    c('hmac-sha3','python','hmac sha3_512','out("sha256="+hmac.new(key,body,hashlib.sha3_512).hexdigest())',n=n)
    c('hmac-blake2','python','hmac blake2s','out("sha256="+hmac.new(key,body,hashlib.blake2s).hexdigest())',n=n)
    c('hmac-blake2','python','hmac blake2b','out("sha256="+hmac.new(key,body,hashlib.blake2b).hexdigest())',n=n)
    c('blake2-keyed','python','blake2b(key=)','out(hashlib.blake2b(body,key=key).hexdigest())',n=n)
    c('blake2-keyed','python','blake2s(key=)','out("sha256="+hashlib.blake2s(body,key=key).hexdigest())',n=n)
    c('blake2-keyed','python','blake2b(digest_size=32)','out("sha256="+hashlib.blake2b(body,key=key,digest_size=32).hexdigest())',n=n)
    c('hmac-sha3','node','createHmac sha3-256',"out('sha256='+crypto.createHmac('sha3-256',secret).update(body).digest('hex'))",n=n)
    c('hmac-sha3','node','createHmac sha3-384 base64',"out(crypto.createHmac('sha3-384',secret).update(body).digest('base64'))",n=n)
    c('hmac-sha3','node','createHmac sha3-224',"out(crypto.createHmac('sha3-224',secret).update(body).digest('hex'))",n=n)
    c('hmac-blake2','node','createHmac blake2b512',"out('sha256='+crypto.createHmac('blake2b512',secret).update(body).digest('hex'))",n=n)
    c('hmac-blake2','node','createHmac blake2s256',"out('sha256='+crypto.createHmac('blake2s256',secret).update(body).digest('hex'))",n=n)
    c('hmac-sha3','node','CryptoJS.HmacSHA3',"const C=require('crypto-js');out('sha256='+C.HmacSHA3(text,secret).toString())",n=n)
    c('hmac-sha3','php','hash_hmac sha3-256',"out('sha256='.hash_hmac('sha3-256',$body,$secret));",n=n)
    c('hmac-sha3','php','hash_hmac sha3-512',"out('sha256='.hash_hmac('sha3-512',$body,$secret));",n=n)
    c('blake2-keyed','php','sodium_crypto_generichash',"out('sha256='.bin2hex(sodium_crypto_generichash($body,$secret)));",n=n)
    c('hmac-sha3','ruby','HMAC SHA3-256',"out 'sha256='+OpenSSL::HMAC.hexdigest('SHA3-256',secret,body)",n=n)
    c('hmac-sha3','java','HmacSHA3-256','out("sha256="+hex(tag(body,secret.getBytes(),"HmacSHA3-256")));',n=n)
    c('hmac-sha3','sh','openssl -sha3-256','openssl dgst -sha3-256 -hmac "$s" -r body.json | cut -d" " -f1 | tr -d "\\n"',n=n)
    c('plain-hash','python','sha3_256 alone','out("sha256="+hashlib.sha3_256(body).hexdigest())',n=n)
    c('plain-hash','python','blake2b(32) alone','out("sha256="+hashlib.blake2b(body,digest_size=32).hexdigest())',n=n)
    c('plain-hash','sh','b2sum','b2sum body.json | cut -d" " -f1 | tr -d "\\n"',n=n)
    c('hash-secret-body','node','sha3-256(secret+body)',"out('sha256='+crypto.createHash('sha3-256').update(secret+text).digest('hex'))",n=n)
    c('hash-body-secret','python','sha3_512(body+secret)','out(hashlib.sha3_512(body+key).hexdigest())',n=n)
def c(want,lang,what,code,**kw): C.append((want,lang,what,code,kw))
# Node
c('json-stringify','node','stringify(req.body)','sign(JSON.stringify(data()))',n=3)
c('query-string','node','qs.stringify(req.body)',"sign(require('qs').stringify(data()))",n=1)
c('charset-escaped|charset-ascii','node',"toString('ascii')","sign(body.toString('ascii'))",n=2)
c('charset-utf-16|charset-from-utf-16','node',"toString('utf16le')","sign(body.toString('utf16le'))",n=1)
c('value-base64url','node',"digest('base64url')","out('sha256='+tag(body).digest('base64url'))",n=1)
c('value-binary','node',"digest('latin1')","out('sha256='+tag(body).digest('latin1'))",n=1)
c('value-text','node',"digest().toString()","out('sha256='+tag(body).digest().toString())",n=2)
c('no-digest','node',"digest not awaited","out('sha256='+Promise.resolve(1))",n=2)
c('json-buffer|buffer-json','node','stringify(Buffer)','sign(JSON.stringify(body))',n=2)
c('json-wrapped','node','stringify({headers?,body})','sign(JSON.stringify({body:data(),method:"POST"}))',n=1)
c('framing-jws|json-web-token','node','jsonwebtoken sign',"out(require('jsonwebtoken').sign(text,secret))",n=1)
c('json-canonical|json-sorted','node','json-stable-stringify',"sign(require('json-stable-stringify')(data()))",n=2)
c('json-canonical|json-sorted','node','canonicalize',"sign(require('canonicalize')(data()))",n=2)
c('json-escaped-html|json-html-escaped|json-serialize-javascript','node','serialize-javascript',"sign(require('serialize-javascript')(data(),{isJSON:true}))",n=2)
c('yaml','node','js-yaml dump',"sign(require('js-yaml').dump(data()))",n=1)
c('yaml','node','js-yaml dump tags',"sign(require('js-yaml').dump(data()))",n=2)
c('yaml','node','yaml stringify',"sign(require('yaml').stringify(data()))",n=1)
c('json-wrapped','node','superjson',"sign(require('superjson').default.stringify(data()))",n=1)
c('unicode-nfkc|unicode-nfc','node',"normalize('NFKC')","sign(text.normalize('NFKC'))",body='{"event_type":"signup.created","data":{"name":"ﬁne ① Ａda"}}')
c('unicode-nfd','node',"normalize('NFD')","sign(text.normalize('NFD'))",n=2)
c('json-members-dropped','node','delete timestamp',"const d=data();delete d.timestamp;sign(JSON.stringify(d))",n=1)
c('json-members-dropped','node','{event_type,data}',"const {event_type,data:x}=data();sign(JSON.stringify({event_type,data:x}))",n=2)
c('json-member','node','stringify(data.data)',"sign(JSON.stringify(data().data))",n=2)
c('gzip-done','node','gzipSync',"sign(zlib.gzipSync(body))",n=1)
c('json-wrapped','node','postman request.body',"sign(JSON.stringify({mode:'raw',raw:text,options:{raw:{language:'json'}}}))",n=1)
c('json-wrapped','node','postman request.body mode raw',"sign(JSON.stringify({mode:'raw',raw:text}))",n=2)
c('value-base64','node','CryptoJS Base64',"const C=require('crypto-js');out('sha256='+C.enc.Base64.stringify(C.HmacSHA256(text,secret)))",n=1)
c('value-byte-list|value-words|value-word-array','node','CryptoJS WordArray JSON',"const C=require('crypto-js');out(JSON.stringify(C.HmacSHA256(text,secret)))",n=1)
c('arguments-swapped','node','CryptoJS swapped',"const C=require('crypto-js');out('sha256='+C.HmacSHA256(secret,text))",n=2)
c('hmac-sha512','node','CryptoJS.HmacSHA512',"const C=require('crypto-js');out('sha256='+C.HmacSHA512(text,secret))",n=2)
c('plain-hash','node','CryptoJS.SHA256',"const C=require('crypto-js');out('sha256='+C.SHA256(text))",n=2)
c('json-web-crypto|value-binary','node','subtle raw bytes as chars',"out('sha256='+String.fromCharCode(...tag(body).digest()))",n=2)
c('value-byte-list','node','Uint8Array toString',"out('sha256='+new Uint8Array(tag(body).digest()).toString())",n=2)
c('value-unpadded','node','toString(16) without pad',"out('sha256='+[...tag(body).digest()].map(b=>b.toString(16)).join(''))",n=1)
c('key-hex-decoded','node','Buffer.from(secret,hex)',"sign(body,Buffer.from(secret,'hex'))",secret='4f3a9c0b77d1e2f3a4b5c6d7e8f90123',n=2)
c('key-base64-decoded','node','Buffer.from(secret,base64)',"sign(body,Buffer.from(secret,'base64'))",secret='bWFzdGVyLWtleS1vZi1hbGw=',n=1)
c('key-prefix-decoded','node','svix whsec_ decoded',"sign(body,Buffer.from(secret.split('_')[1],'base64'))",secret='whsec_bWFzdGVyLWtleS1vZi1hbGw=',n=1)
c('key-hashed|key-hashed-otherwise','node','sha256(secret) hex as key',"sign(body,crypto.createHash('sha256').update(secret).digest('hex'))",n=1)
c('key-json-string|key-quoted','node','JSON.stringify(secret)',"sign(body,JSON.stringify(secret))",n=1)
c('key-derived|key-hashed|key-hashed-otherwise','node','scryptSync(secret,"salt",32)',"sign(body,crypto.scryptSync(secret,'salt',32))",n=1)
c('framing-stripe|framing-timestamp','node','ts.body with header',"sign('1700000000.'+text)",headers=['X-Webhook-Timestamp: 1700000000'],n=1)
c('framing-url|framing-method-url','node','path+body',"sign('/webhooks/rl'+text)",path='/webhooks/rl',n=1)
c('framing-length','node','length prefix 4 bytes BE',"const l=Buffer.alloc(4);l.writeUInt32BE(body.length);sign(Buffer.concat([l,body]))",n=1)
c('body-twice','node','update twice',"out('sha256='+tag(body).update(body).digest('hex'))",n=2)
c('chunks-decoded|cut-at-limit','node','only first 100 characters','sign(text.slice(0,100))',n=1)
c('html-escaped','node','lodash escape',"sign(require('lodash').escape(text))",n=2)
c('html-escaped','node','he.encode',"sign(require('he').encode(text))",n=2)
c('json-wrapped','node','stringify({...,rawBody})',"sign(JSON.stringify({...data(),rawBody:text}))",n=1)
c('values-joined','node','Object.values flat join(&)',"const f=o=>Object.values(o).flatMap(v=>v&&typeof v=='object'?f(v):[v]);sign(f(data()).join('&'))",n=1)
c('json-flattened|query-string|values-joined','node','Object.entries toString',"sign(Object.entries(data()).toString())",n=1)
c('object-object','node','String(data)',"sign(String(data()))",n=1)
c('json-pretty-2','node','stringify(,null,2)','sign(JSON.stringify(data(),null,2))',n=2)
c('body-base64','node','base64 of body',"sign(body.toString('base64'))",n=1)
c('blanks-removed','node','replace(/\\s/g)',"sign(text.replace(/\\s/g,''))",n=3)
c('json-string','node','stringify(text)',"sign(JSON.stringify(text))",n=2)
# Python
c('json-python','python','json.dumps','sign(json.dumps(data()))',n=2)
c('json-orjson|json-python-compact-unicode|json-stringify','python','orjson.dumps','import orjson;sign(orjson.dumps(orjson.loads(body)))',n=2)
c('json-php|json-ujson','python','ujson.dumps','import ujson;sign(ujson.dumps(ujson.loads(body)))',n=2)
c('json-python','python','simplejson.dumps','import simplejson;sign(simplejson.dumps(simplejson.loads(body)))',n=2)
c('json-rapidjson|json-escaped|json-python-compact','python','rapidjson.dumps','import rapidjson;sign(rapidjson.dumps(rapidjson.loads(body)))',n=2)
c('python-repr','python','str(dict)','sign(str(data()))',n=2)
c('python-bytes','python','str(bytes)','sign(str(body))',n=2)
c('query-string','python','urlencode(dict)','from urllib.parse import urlencode;sign(urlencode(data()))',n=1)
c('json-flask','python','jsonify(get_json()).get_data()','import flask;a=flask.Flask("x")\nwith a.app_context(): sign(flask.jsonify(data()).get_data())',n=2)
c('empty-text','python','ImmutableMultiDict','import werkzeug.datastructures as w;sign(str(w.ImmutableMultiDict()))',n=1)
c('json-python','python','requests json=','import requests;sign(requests.Request("POST","http://x",json=data()).prepare().body)',n=1)
c('json-python-compact-unicode|json-python-compact|json-stringify','python','httpx json=','import httpx;sign(httpx.Request("POST","http://x",json=data()).read())',n=2)
c('json-typed|json-stringify|json-python-compact-unicode','python','pydantic model_dump_json','from pydantic import BaseModel,ConfigDict\nclass M(BaseModel):\n    model_config=ConfigDict(extra="allow")\n    event_type:str\nsign(M(**data()).model_dump_json())',n=2)
c('yaml','python','yaml.dump','import yaml;sign(yaml.dump(data()))',n=1)
c('yaml','python','yaml.safe_dump flow','import yaml;sign(yaml.safe_dump(data(),default_flow_style=True))',n=1)
c('yaml','python','ruamel dump','import io,ruamel.yaml as r;f=io.StringIO();r.YAML().dump(data(),f);sign(f.getvalue())',n=1)
c('python-pprint','python','pprint.pformat','import pprint;sign(pprint.pformat(data()))',n=2)
c('charset-utf-16','python',"encode('utf-16')","sign(body.decode().encode('utf-16'))",n=1)
c('charset-utf-32','python',"encode('utf-32')","sign(body.decode().encode('utf-32'))",n=1)
c('charset-utf-32','python',"encode('utf-32-be')","sign(body.decode().encode('utf-32-be'))",n=2)
c('charset-utf-7','python',"encode('utf-7')","sign(body.decode().encode('utf-7'))",n=2)
c('quoted-printable','python','quopri.encodestring','import quopri;sign(quopri.encodestring(body))',n=2)
c('deflate-done','python','zlib.compress','import zlib;sign(zlib.compress(body))',n=1)
c('gzip-done','python','gzip.compress(mtime=0)','import gzip;sign(gzip.compress(body,mtime=0))',n=2)
c('charset-doubled','python',"decode('latin-1')","sign(body.decode('latin-1'))",n=2)
c('charset-dropped','python',"decode('ascii','ignore')","sign(body.decode('ascii','ignore'))",n=2)
c('charset-lossy|charset-astral|charset-ascii','python',"decode('ascii','replace')","sign(body.decode('ascii','replace'))",n=2)
c('json-unescaped','python',"unicode_escape","sign(body.decode('unicode_escape'))",n=3)
c('charset-escaped','python',"backslashreplace","sign(body.decode().encode('ascii','backslashreplace'))",n=2)
c('charset-escaped','python',"xmlcharrefreplace","sign(body.decode().encode('ascii','xmlcharrefreplace'))",n=2)
c('charset-escaped|charset-idna','python',"namereplace","sign(body.decode().encode('ascii','namereplace'))",n=2)
c('value-python-bytes','python','f"{b64encode}"','out(f"sha256={base64.b64encode(tag(body).digest())}")',n=1)
c('value-byte-list','python','list(digest)','out(str(list(tag(body).digest())))',n=1)
c('no-digest','python','hmac object','out("sha256="+str(tag(body)))',n=1)
c('no-digest','python','hexdigest not called','out("sha256="+str(tag(body).hexdigest))',n=1)
c('value-decimal','python','int.from_bytes','out(str(int.from_bytes(tag(body).digest(),"big")))',n=1)
c('hash-secret-body','python','sha256(secret+body)','out("sha256="+hashlib.sha256(key+body).hexdigest())',n=1)
c('key-newline-added','python','readline of key file','sign(body,key+b"\\n")',n=1)
c('key-python-bytes|key-quoted|key-notated','python','str(secret bytes)','sign(body,str(key).encode())',n=1)
c('msgpack','python','msgpack.packb','import msgpack;sign(msgpack.packb(data()))',n=1)
c('json-string','python','json.dumps(text)','sign(json.dumps(body.decode()))',n=1)
c('json-python-sorted','python','sort_keys','sign(json.dumps(data(),sort_keys=True))',n=3)
c('json-python-indent-2|json-pretty-2','python','indent=2','sign(json.dumps(data(),indent=2))',n=1)
c('body-unquoted|json-string|python-repr','python','repr(text)','sign(repr(body.decode()))',n=1)
c('case-changed','python','lower()','sign(body.decode().lower())',n=1)
c('body-part|lines-joined','python','splitlines()[0]','sign(body.splitlines()[0])',body='{\n "a": 1\n}\n')
c('json-decimal|json-python','python','parse_float=Decimal default=str','import decimal;sign(json.dumps(json.loads(body,parse_float=decimal.Decimal),default=str))',n=3)
# PHP
c('json-php','php','json_encode(json_decode)','sign(json_encode(data()));',n=2)
c('query-string','php','http_build_query','sign(http_build_query(data()));',n=1)
c('php-serialize','php','serialize','sign(serialize(data()));',n=2)
c('php-print-r','php','print_r','sign(print_r(data(),true));',n=2)
c('values-joined','php','implode of top values','sign(implode("",array_filter(data(),"is_string")));',n=1)
c('empty-text','php','json_encode($_POST)','sign(json_encode([]));',n=1)
c('value-binary','php','raw true','out("sha256=".hash_hmac("sha256",$body,$secret,true));',n=1)
c('value-base64-of-hex','php','base64 of hex','out("sha256=".base64_encode(hash_hmac("sha256",$body,$secret)));',n=1)
c('arguments-swapped','php','swapped','out("sha256=".hash_hmac("sha256",$secret,$body));',n=1)
c('hash-body-secret','php','md5 body.secret','out(md5($body.$secret));',n=1)
c('charset-doubled','php','utf8_encode','sign(@utf8_encode($body));',n=2)
c('charset-latin-1','php','utf8_decode','sign(@utf8_decode($body));',n=2)
c('html-escaped','php','htmlentities','sign(htmlentities($body));',n=2)
c('hmac-sha512-256|sodium-auth','php','sodium_crypto_auth','out("sha256=".bin2hex(sodium_crypto_auth($body,$secret)));',secret='0123456789abcdef0123456789abcdeX',n=1)
c('quoted-printable','php','quoted_printable_encode','sign(quoted_printable_encode($body));',n=2)
c('charset-utf-7','php','mb_convert_encoding UTF-7','sign(mb_convert_encoding($body,"UTF-7","UTF-8"));',n=2)
c('charset-escaped|html-escaped','php','mb HTML-ENTITIES','sign(@mb_convert_encoding($body,"HTML-ENTITIES","UTF-8"));',n=2)
c('json-php-sorted','php','ksort top','$d=data();ksort($d);sign(json_encode($d));',n=1)
c('form-field','php','rawurlencode','sign(rawurlencode($body));',n=1)
c('key-derived|hash-pbkdf2','php','hash_pbkdf2','out("sha256=".hash_pbkdf2("sha256",$body,$secret,1000));',n=1)
c('hmac-ripemd160|hmac-other','php','ripemd160','out("sha256=".hash_hmac("ripemd160",$body,$secret));',n=1)
c('deflate-done','php','gzdeflate','sign(gzdeflate($body));',n=1)
c('line-breaks-html|html-escaped','php','nl2br','sign(nl2br($body));',body='{\n "a": 1,\n "b": "x"\n}')
c('json-pretty-4|json-php-pretty','php','JSON_PRETTY_PRINT','sign(json_encode(data(),JSON_PRETTY_PRINT));',n=2)
c('php-var-export','php','var_export','sign(var_export(data(),true));',n=2)
# Ruby
c('json-ruby','ruby','JSON.generate','sign JSON.generate(data())',n=3)
c('ruby-inspect','ruby','to_s','sign data().to_s',n=1)
c('value-base64','ruby','encode64 with newline',"out 'sha256='+Base64.encode64(OpenSSL::HMAC.digest('SHA256',secret,body))",n=1)
c('quoted-printable','ruby',"pack('M')","sign [body].pack('M')",n=2)
c('query-string','ruby','encode_www_form','sign URI.encode_www_form(data())',n=1)
c('ruby-marshal','ruby','Marshal.dump','sign Marshal.dump(data())',n=1)
c('yaml','ruby','to_yaml','sign data().to_yaml',n=1)
c('body-inspected|json-string','ruby','inspect','sign body.inspect',n=1)
c('unicode-nfkc','ruby','nfkc','sign body.unicode_normalize(:nfkc)',body='{"event_type":"signup.created","data":{"name":"½ Ｚoë ﬂ"}}')
c('blanks-collapsed','ruby','squeeze(" ")','sign body.squeeze(" ")',body='{"a":  1,   "b": "x  y"}')
c('body-empty','ruby','read twice','sign ""',n=1)
c('hash-secret-body','ruby','Digest(secret+body)',"out 'sha256='+Digest::SHA256.hexdigest(secret+body)",n=2)
# Go
c('json-go','go','json.Marshal(map)','var m map[string]any;json.Unmarshal(body,&m);b,_:=json.Marshal(m);sign(b)',n=2)
c('go-map','go','Sprintf %v','var m map[string]any;json.Unmarshal(body,&m);sign([]byte(fmt.Sprintf("%v",m)))',n=1)
c('json-string|go-quote','go','Sprintf %q','sign([]byte(fmt.Sprintf("%q",body)))',n=1)
c('byte-list','go','Sprint(body)','sign([]byte(fmt.Sprint(body)))',n=1)
c('value-sum-appended','go','mac.Sum(body)','h:=hmac.New(sha256.New,[]byte(secret));out("sha256="+hex.EncodeToString(h.Sum(body)))',n=1)
c('value-byte-list','go','Sprint(tag)','out("sha256="+fmt.Sprint(tag(body)))',n=1)
c('body-hex','go','%x of body','sign([]byte(fmt.Sprintf("%x",body)))',n=1)
c('hash-body-secret|hash-secret-body','go','sha256.Sum256(append)','s:=sha256.Sum256(append(body,[]byte(secret)...));out("sha256="+hex.EncodeToString(s[:]))',n=1)
c('framing-length','go','binary length prefix uint64','l:=[]byte{0,0,0,0,0,0,byte(len(body)>>8),byte(len(body))};sign(append(l,body...))',n=1)
c('json-go-indent','go','MarshalIndent','var m map[string]any;json.Unmarshal(body,&m);b,_:=json.MarshalIndent(m,"","  ");sign(b)',n=1)
# Java
c('charset-utf-16','java','getBytes(UTF_16)','sign(text.getBytes(StandardCharsets.UTF_16));',n=1)
c('value-byte-list','java','Arrays.toString','out("sha256="+Arrays.toString(tag(body)));',n=1)
c('value-leading-zero|value-signed-bytes|value-number','java','BigInteger.toString(16)','out("sha256="+new BigInteger(tag(body)).toString(16));',n=1)
c('value-signed-bytes','java','toHexString(b)','StringBuilder s=new StringBuilder();for(byte b:tag(body))s.append(Integer.toHexString(b));out("sha256="+s);',n=1)
c('lines-joined','java','readLine loop','BufferedReader r=new BufferedReader(new StringReader(text));StringBuilder s=new StringBuilder();String l;while((l=r.readLine())!=null)s.append(l);sign(s.toString().getBytes(StandardCharsets.UTF_8));',body='{\n  "a": 1.0,\n  "b": "x y"\n}\n')
c('charset-ascii','java','getBytes(US_ASCII)','sign(text.getBytes(StandardCharsets.US_ASCII));',n=2)
c('form-field','java','URLEncoder','sign(URLEncoder.encode(text,"UTF-8").getBytes());',n=2)
c('key-utf-16','java','secret UTF-16BE','out("sha256="+hex(tag(body,secret.getBytes("UTF-16BE"),"HmacSHA256")));',n=1)
c('hmac-sha512','java','HmacSHA512','out("sha256="+hex(tag(body,secret.getBytes(),"HmacSHA512")));',n=1)
c('hmac-sha512-256','java','HmacSHA512/256','out("sha256="+hex(tag(body,secret.getBytes(),"HmacSHA512/256")));',n=1)
c('charset-utf-32','java','getBytes("UTF-32")','sign(text.getBytes("UTF-32"));',n=1)
c('value-base64','java','Mime encoder','out("sha256="+Base64.getMimeEncoder().encodeToString(tag(body)));',n=2)
# shell
c('newline-added','sh','echo | openssl','printf "sha256="; echo "$(cat body.json)" | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',n=1)
c('value-printed','sh','openssl words','openssl dgst -sha256 -hmac "$s" body.json | tr -d "\\n"',n=1)
c('json-printed|newline-added','sh','jq -c . | openssl','printf "sha256="; jq -c . body.json | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',n=2)
c('json-printed','sh','jq -S .','printf "sha256="; jq -S . body.json | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',n=1)
c('newline-removed','sh','$(cat)','printf "sha256="; printf %s "$(cat body.json)" | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',body='{"a":1.0}\n')
c('quotes-changed','sh','xargs eats quotes','printf "sha256="; xargs echo < body.json | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',n=1)
c('blanks-collapsed|newline-added','sh','echo $body unquoted','printf "sha256="; b=$(cat body.json); echo $b | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',body='{\n  "name":  "x",\n  "position": 3\n}')
c('charset-utf-16','sh','iconv -t UTF-16','printf "sha256="; iconv -f UTF-8 -t UTF-16 body.json | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',n=2)
c('charset-utf-7','sh','iconv -t UTF-7','printf "sha256="; iconv -f UTF-8 -t UTF-7 body.json | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',n=2)
c('crlf-lines','sh','unix2dos','printf "sha256="; sed "s/$/\\r/" body.json | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',body='{\n  "a": 1.0\n}\n')
c('value-base64','sh','openssl -binary | base64','printf "sha256="; openssl dgst -sha256 -hmac "$s" -binary body.json | base64 | tr -d "\\n"',n=1)
c('value-separated','sh','openssl -c','printf "sha256="; openssl dgst -sha256 -hmac "$s" -c body.json | sed "s/.*= //" | tr -d "\\n"',n=1)
c('gzip-done','sh','gzip -nc','printf "sha256="; gzip -nc body.json | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',n=1)
c('key-hex-decoded','sh','-mac HMAC -macopt hexkey','printf "sha256="; openssl dgst -sha256 -mac HMAC -macopt "hexkey:$s" -r body.json | cut -d" " -f1 | tr -d "\\n"',secret='4f3a9c0b77d1e2f3a4b5c6d7e8f90123',n=1)
c('body-base64','sh','base64 wraps','printf "sha256="; base64 body.json | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',n=1)
c('lines-joined','sh','curl -d @file strips line breaks','printf "sha256="; tr -d "\\r\\n" < body.json | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',body='{\r\n "a": 1.0,\r\n "b": "x"\r\n}\r\n')
c('json-string-inner|json-unescaped','sh','printf "$body" resolves backslashes','printf "sha256="; printf "$(cat body.json)" | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',n=3)
def c(want,lang,what,code,**kw): C.append((want,lang,what,code,kw))
for n in (1,2,3): c('framing-token','node','jsonwebtoken sign object',"out(require('jsonwebtoken').sign(data(),secret))",n=n)
c('framing-token','node','jsonwebtoken sign behind Bearer',"out('Bearer '+require('jsonwebtoken').sign(text,secret))",n=2)
c('charset-utf-32','python','utf-32-le',"sign(body.decode().encode('utf-32-le'))",n=3)
c('unicode-nfkc','python','NFKD',"import unicodedata;sign(unicodedata.normalize('NFKD',body.decode()))",body='{"event_type":"signup.created","data":{"name":"Ⅸ Zoë ㎏ ﬃ"}}')
c('quoted-printable','python','quopri','import quopri;sign(quopri.encodestring(body))',n=1)
c('quoted-printable','php','quoted_printable_encode','sign(quoted_printable_encode($body));',n=3)
c('quoted-printable','ruby',"pack('M')","sign [body].pack('M')",n=3)
c('charset-utf-7','sh','iconv -t UTF-7','printf "sha256="; iconv -f UTF-8 -t UTF-7 body.json | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"',n=3)
c('charset-utf-7','python','utf-7',"sign(body.decode().encode('utf-7'))",n=3)
c('charset-read-as-utf-16','python',"decode('utf-16-be','replace')","sign(body.decode('utf-16-be','replace'))",n=2)
c('charset-read-as-utf-16','java','new String(UTF_16LE)','sign(new String(body,StandardCharsets.UTF_16LE).getBytes(StandardCharsets.UTF_8));',n=3)
c('yaml','node','js-yaml dump',"sign(require('js-yaml').dump(data()))",body='{"event_type":"signup.created","data":{"id":"12e5","tags":["a","b"],"none":null,"who":"🦊"}}')
c('yaml','python','ruamel dump','import io,ruamel.yaml as r;f=io.StringIO();r.YAML().dump(data(),f);sign(f.getvalue())',n=2)
A='{"event_type":"signup.created","waitlist_id":"0b0c7a52-9c3e-4b1e-8f1d-6c1f0d9b7a11","data":{"id":"su_91","email":"marta.nowak+vip@example.pl","name":"Marta Łuczak-Żak","position":1289,"referral_code":"K7/QX","metadata":{"utm_source":"twitter","score":7.50,"tags":["beta","a&b"],"ok":true,"note":null}},"timestamp":"2025-03-02T08:15:30.120Z"}'
P='{\n  "event_type": "signup.deleted",\n  "waitlist_id": "wl-5",\n  "data": {\n    "id": "su_7",\n    "email": "kim@example.com"\n  },\n  "timestamp": "2025-03-02T08:15:30Z"\n}\n'
Q='{"event_type":"signup.position_changed","waitlist_id":"w9","data":{"id":"s3","email":"o\'hara@example.ie","old_position":10,"new_position":5,"position_change":-5,"link":"https:\\/\\/x.io\\/r?c=1&d=\\u00fc"},"timestamp":"2025-03-02T08:15:30Z"}'
K='rl_live_7Yh2/Qp+9=sKd0'
def c(want,lang,what,code,body=A,**kw): kw.setdefault('secret',K); C.append((want,lang,what,code,dict(body=body,**kw)))
S='printf "sha256="; %s | openssl dgst -sha256 -hmac "$s" -r | cut -d" " -f1 | tr -d "\\n"'
# what a body parser leaves
c('json-stringify','node','express.json then stringify','sign(JSON.stringify(data()))',P)
c('json-stringify','node','stringify resolves \\/ and \\u','sign(JSON.stringify(data()))',Q)
c('object-object','node','`${req.body}`','sign(`${data()}`)')
c('empty-object','node','body parser did not run','sign(JSON.stringify({}))')
c('body-undefined','node','String(undefined)','sign(String(undefined))')
c('json-pretty-2','node','stringify null 2','sign(JSON.stringify(data(),null,2))')
c('json-buffer|buffer-json','node','stringify of express.raw buffer','sign(JSON.stringify(body))',Q)
c('json-member','node','only event.data','sign(JSON.stringify(data().data))',Q)
c('json-members-dropped','node','without timestamp','const{timestamp,...r}=data();sign(JSON.stringify(r))')
c('json-renamed','node','camelcased','const k=o=>o&&typeof o=="object"&&!Array.isArray(o)?Object.fromEntries(Object.entries(o).map(([a,b])=>[a.replace(/_(.)/g,(_,x)=>x.toUpperCase()),k(b)])):o;sign(JSON.stringify(k(data())))',Q)
c('json-members-added','node','received_at added','sign(JSON.stringify({...data(),received:true}))',Q)
c('json-string','node','stringify twice','sign(JSON.stringify(JSON.stringify(data())))',Q)
c('json-go|json-sorted|json-canonical|json-serde','node','fast-json-stable-stringify',"sign(require('fast-json-stable-stringify')(data()))")
c('json-allowlist','node','stringify(d, Object.keys(d).sort())','const d=data();sign(JSON.stringify(d,Object.keys(d).sort()))')
c('charset-latin-1','node',"update(text,'latin1')","out('sha256='+crypto.createHmac('sha256',secret).update(text,'latin1').digest('hex'))")
c('chunks-decoded|body-part|cut-at-limit','node','only the first chunk',"sign(text.slice(0,64))")
c('query-string','node','URLSearchParams(data)',"sign(new URLSearchParams(data()).toString())",Q)
# values
c('value-base64','node',"digest('base64')","out('sha256='+tag(body).digest('base64'))")
c('prefix-missing','node','bare hex','out(tag(body).digest("hex"))')
c('hex-case','java','%02X','StringBuilder s=new StringBuilder();for(byte b:tag(body))s.append(String.format("%02X",b));out("sha256="+s);')
c('value-python-bytes','python','str(b64)','out("sha256="+str(base64.b64encode(tag(body).digest())))')
c('prefix-other','ruby','hmac-sha256 ',"out 'hmac-sha256 '+OpenSSL::HMAC.hexdigest('SHA256',secret,body)")
c('value-printed','sh','openssl output as it is','openssl dgst -sha256 -hmac "$s" < body.json | tr -d "\\n"')
c('value-cut','php','substr 40','out("sha256=".substr(hash_hmac("sha256",$body,$secret),0,40));')
c('value-byte-list','java','Arrays.toString','out(Arrays.toString(tag(body)));')
c('value-base64-of-hex','python','b64(hexdigest)','out("sha256="+base64.b64encode(tag(body).hexdigest().encode()).decode())')
c('value-quoted','go','%q','out(fmt.Sprintf("%q","sha256="+hex.EncodeToString(tag(body))))')
c('value-separated','python','hex(":")','out("sha256="+tag(body).digest().hex(":"))')
c('value-sum-appended|body-empty','go','h.Sum(body)','h:=hmac.New(sha256.New,[]byte(secret));out("sha256="+hex.EncodeToString(h.Sum(body)))')
# keys
c('key-newline-added','sh','secret from echo > file','k=$(printf "%s\\nx" "$s"); k=${k%x}; printf "sha256="; openssl dgst -sha256 -hmac "$k" -r body.json | cut -d" " -f1 | tr -d "\\n"')
c('key-quoted','php','quotes of .env kept','sign($body,"\\"$secret\\"");')
c('key-base64-encoded','python','b64 of the secret','sign(body,base64.b64encode(key))')
c('key-empty','node','empty secret','sign(body,"")')
c('key-undefined','python','None as text','sign(body,b"None")')
c('key-placeholder','php','your-secret','sign($body,"your-webhook-secret");')
c('key-hashed|key-hashed-otherwise','php','md5(secret)','sign($body,md5($secret));')
c('key-upper-case','ruby','upcased','sign body, secret.upcase')
c('key-percent-encoded','python','quote(secret)','from urllib.parse import quote;sign(body,quote(secret,safe="").encode())')
c('key-percent-decoded|key-plus-to-space|key-letter-changed|key-mistyped','php','urldecode turns + to space','sign($body,urldecode($secret));')
c('key-cut','java','first 16 bytes as AES key','out("sha256="+hex(tag(body,Arrays.copyOf(secret.getBytes(),16),"HmacSHA256")));')
c('key-padded','java','padded to 32 with zeros... and a space','out("sha256="+hex(tag(body,String.format("%-32s",secret).getBytes(),"HmacSHA256")));')
c('key-prefix-stripped','node','rl_live_ stripped',"sign(body,secret.replace('rl_live_',''))")
c('key-one-of-several|key-cut','sh','read splits at =','k=${s%%=*}; printf "sha256="; openssl dgst -sha256 -hmac "$k" -r body.json | cut -d" " -f1 | tr -d "\\n"')
c('key-escaped|key-json-string','php','json_encode of secret without quotes','sign($body,trim(json_encode($secret),"\\""));')
# functions
c('hmac-sha1','php','sha1','out("sha256=".hash_hmac("sha1",$body,$secret));')
c('hmac-sha512','python','sha512','out("sha256="+hmac.new(key,body,"sha512").hexdigest())')
c('arguments-swapped','ruby','swapped',"out 'sha256='+OpenSSL::HMAC.hexdigest('SHA256',body,secret)")
c('hash-secret-body','go','sha256(secret+body)','s:=sha256.Sum256([]byte(secret+string(body)));out("sha256="+hex.EncodeToString(s[:]))')
c('hash-body-secret','node','sha256(body + ":" + secret)',"out('sha256='+crypto.createHash('sha256').update(text+':'+secret).digest('hex'))")
c('plain-hash','sh','sha256sum','printf "sha256="; sha256sum body.json | cut -d" " -f1 | tr -d "\\n"',P)
c('framing-digest','python','hmac of sha256 hex','sign(hashlib.sha256(body).hexdigest())')
c('hash-of-hmac|framing-digest','python','sha256 of hmac','out("sha256="+hashlib.sha256(tag(body).digest()).hexdigest())')
c('hmac-sha3','python','sha3_256','out("sha256="+hmac.new(key,body,"sha3_256").hexdigest())')
c('framing-event','node','event.body','sign(data().event_type+"."+text)')
c('framing-timestamp|framing-stripe','php','timestamp . body','sign(data()["timestamp"].$body);')
c('framing-field','python','payload= ','sign(b"payload="+body)')
c('framing-secret','php','secret in the message','sign($secret.$body);')
c('framing-method','node','POST + body','sign("POST"+text)')
# other languages' JSON
c('json-python','python','json.dumps','sign(json.dumps(data()))')
c('json-python-sorted-compact','python','sort_keys, separators','sign(json.dumps(data(),sort_keys=True,separators=(",",":")))')
c('python-repr','python','str(dict)','sign(str(data()))',Q)
c('query-string','python','urlencode','from urllib.parse import urlencode;sign(urlencode(data()))',Q)
c('json-php','php','json_encode','sign(json_encode(data()));')
c('json-php-slashes-unicode','php','json_encode unescaped','sign(json_encode(data(),JSON_UNESCAPED_SLASHES|JSON_UNESCAPED_UNICODE));',Q)
c('json-php-flags|json-php-object','php','json_decode to objects, JSON_PRESERVE_ZERO_FRACTION','global $body;sign(json_encode(json_decode($body),JSON_PRESERVE_ZERO_FRACTION));')
c('values-joined','php','implode("|")','$d=data();ksort($d);sign(implode("|",array_map(fn($v)=>is_array($v)?json_encode($v):$v,$d)));',Q)
c('json-ruby','ruby','to_json','sign data().to_json',Q)
c('ruby-inspect','ruby','to_s','sign data().to_s',Q)
c('json-go','go','map Marshal','var m map[string]any;json.Unmarshal(body,&m);b,_:=json.Marshal(m);sign(b)')
c('json-typed|json-go-struct','go','struct with known fields','type D struct{ID string `json:"id"`;Email string `json:"email"`};type E struct{EventType string `json:"event_type"`;WaitlistID string `json:"waitlist_id"`;Data D `json:"data"`;Timestamp string `json:"timestamp"`};var e E;json.Unmarshal(body,&e);b,_:=json.Marshal(e);sign(b)',P)
c('go-map','go','Sprint(map)','var m map[string]any;json.Unmarshal(body,&m);sign([]byte(fmt.Sprint(m)))',Q)
c('json-go-encoder','go','NewEncoder(map)','var m map[string]any;json.Unmarshal(body,&m);var w bytes.Buffer;json.NewEncoder(&w).Encode(m);sign(w.Bytes())')
# bytes
c('lf-lines','python','CRLF in the file','sign(body.replace(b"\\r\\n",b"\\n"))',P.replace('\n','\r\n'))
c('newline-removed','sh','$(cat)',S%'printf %s "$(cat body.json)"',P)
c('newline-added','sh','echo',S%'echo "$(cat body.json)"')
c('json-printed|newline-added','sh','jq -c',S%'jq -c . body.json')
c('json-printed','sh','jq .',S%'jq . body.json')
c('json-sorted|json-printed|json-flask','sh','jq -cS',S%'jq -cS . body.json')
c('lines-joined','sh','curl -d @file',S%'tr -d "\\n\\r" < body.json',P)
c('bom-added','python','utf-8-sig','sign(body.decode().encode("utf-8-sig"))')
c('charset-doubled','java','new String(body, ISO_8859_1)','sign(new String(body,StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.UTF_8));')
c('charset-ascii','java','US_ASCII','sign(text.getBytes(StandardCharsets.US_ASCII));')
c('charset-latin-1|charset-ascii','java','getBytes(ISO_8859_1)','sign(text.getBytes(StandardCharsets.ISO_8859_1));')
c('html-escaped','php','htmlspecialchars','sign(htmlspecialchars($body));')
c('slashes-added','php','addslashes','sign(addslashes($body));')
c('slashes-removed','php','stripslashes','sign(stripslashes($body));',Q)
c('body-base64','python','b64encode(body)','sign(base64.b64encode(body))')
c('body-hex','node','hex of body',"sign(body.toString('hex'))")
c('body-trimmed|newline-removed','php','trim','sign(trim($body));',P)
c('blanks-removed','python','re.sub(\\s)','sign(re.sub(rb"\\s","".encode(),body))',P)
c('case-changed','php','strtolower','sign(strtolower($body));')
c('body-empty','ruby','stream read before','sign ""')
c('body-twice','python','update twice','h=tag(body);h.update(body);out("sha256="+h.hexdigest())')
c('form-field','java','URLEncoder','sign(URLEncoder.encode(text,"UTF-8").getBytes());')
c('envelope-added|json-wrapped','python','lambda event as it is','sign(json.dumps({"body":body.decode(),"isBase64Encoded":False}))',Q)
c('python-bytes','python','str(request.body)','sign(str(body))',Q)
c('yaml','ruby','to_yaml','sign data().to_yaml',Q)
c('unicode-nfd','ruby','NFD','sign body.unicode_normalize(:nfd)')
c('deflate-done','python','zlib','import zlib;sign(zlib.compress(body))')

b=lambda x: base64.b64encode(x if isinstance(x,bytes) else x.encode()).decode()
with cf.ThreadPoolExecutor(3) as pool:
    for (want,lang,what,_,_),sent,known,value,err in pool.map(run,C):
        if value is None: print(lang,what,err,file=sys.stderr)
        else: print('\t'.join([want,f'{lang}: {what}',b(sent),b(known),b(value)]))
