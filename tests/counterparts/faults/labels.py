#!/usr/bin/env python3
"""Holds each label of fresh.tsv against what its name says, without the program: the body, the secret and the value of a
row must be those of somebody who did just that, by Python's library and by the real Node, PHP, Ruby and Go.

    tests/counterparts/faults/labels.py [TABLE]

Prints the rows that are not, and how many of which names have a statement here. Ends with 1 where one is not."""
import base64, collections, functools, hashlib, hmac, html, itertools, json, os, re, string, subprocess, sys, unicodedata, urllib.parse, zlib, gzip

HERE = os.path.dirname(os.path.abspath(__file__))
SECRET = b"s3cret-kEY_10/5=="
b64 = base64.b64encode
u64 = base64.urlsafe_b64encode

def run(program, source, body):
    command = {"node": ["node", "-e", source], "php": ["php", "-r", source], "ruby": ["ruby", "-rjson", "-ryaml", "-ruri", "-e", source]}[program]
    return subprocess.run(command, input=body, capture_output=True).stdout

@functools.lru_cache(None)
def node(expression, body):
    return run("node", "const t=require('fs').readFileSync(0),s=t.toString(),u=require('util');let d;try{d=JSON.parse(s)}catch{};process.stdout.write(" + expression + ")", body)

@functools.lru_cache(None)
def php(expression, body):
    return run("php", "$t=stream_get_contents(STDIN);$d=json_decode($t,true);$o=json_decode($t);function k($x){if(is_array($x)){if(array_keys($x)!==range(0,count($x)-1))ksort($x);$x=array_map('k',$x);}return $x;}echo " + expression + ";", body)

@functools.lru_cache(None)
def ruby(expression, body):
    return run("ruby", "t=$stdin.read.force_encoding('UTF-8');d=JSON.parse(t) rescue nil;$stdout.binmode;$stdout.write(" + expression + ")", body)

def parsed(body, **how):
    try: return json.loads(body, **how)
    except ValueError: return None

def dumps(body, **how):
    value = parsed(body)
    return [] if value is None else [json.dumps(value, **how).encode()]

def kept(body, **how):
    """With each number as it was written."""
    mark = lambda spelled: f"@@{spelled}@@"
    value = parsed(body, parse_float=mark, parse_int=mark)
    return [] if value is None else [re.sub(r'"@@(.*?)@@"', r"\1", json.dumps(value, **how)).encode()]

def sub_kept(body):
    mark = lambda spelled: f"@@{spelled}@@"
    value = parsed(body, parse_float=mark, parse_int=mark)
    own = [json.dumps(v, separators=COMPACT, ensure_ascii=a) for v in submembers(value if value is not None else {}) for a in (0, 1)]
    # As it stands in the body: between its first and its last byte.
    raw = [body[i:j + 1] for i, c in enumerate(body) if c == 123 for j, e in enumerate(body) if e == 125 and j > i] if len(body) < 700 else []
    return [re.sub(r'"@@(.*?)@@"', r"\1", o).encode() for o in own] + raw

def text(body): return body.decode("utf-8", "replace")

COMPACT = (",", ":")
def stringify(b): return [node("JSON.stringify(d)", b)]
def pretties(b):
    own = [node(f"JSON.stringify(d,null,{n})", b) for n in ("1", "2", "3", "4", "8", "'\\t'")]
    for n in (0, 1, 2, 3, 4, 8, "\t"):
        for sort in (False, True):
            for ascii in (False, True): own += dumps(b, indent=n, sort_keys=sort, ensure_ascii=ascii)
    for n in (1, 2, 3, 4, 8, "\t"):
        for sort in (False, True):
            for ascii in (False, True): own += kept(b, indent=n, sort_keys=sort, ensure_ascii=ascii)
    own += [node(f"JSON.stringify({SORTED},null,{n})", b) for n in ("1", "2", "3", "4", "8", "'\\t'")]
    own += [o + b"\n" for o in own] + [respaced(b, n) for n in (b" ", b"  ", b"    ", b"\t")]
    own += [php(f"json_encode($d,{f})", b) for f in (128, 192, 384, 448)] + [ruby("JSON.pretty_generate(d)", b)]
    return own + [o.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026") for o in own]
def goish(o): return o.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026").replace("\u2028".encode(), b"\\u2028").replace("\u2029".encode(), b"\\u2029")
SORTED = "(function k(x){return x&&typeof x=='object'?Array.isArray(x)?x.map(k):Object.fromEntries(Object.keys(x).sort().map(n=>[n,k(x[n])])):x})(d)"
def canonical(b): return [node(f"JSON.stringify({SORTED})", b)]
def sorted_(b):
    """At every level, or at the top alone."""
    return canonical(b) + [php("(function($d){ksort($d);return json_encode($d);})($d)", b), ruby("JSON.generate(d.sort.to_h)", b), node("JSON.stringify(Object.fromEntries(Object.entries(d).sort()))", b)]
def respaced(b, indent):
    """Every token as it is, on lines of their own: Go's json.Indent."""
    out, depth, tokens = b"", 0, re.findall(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', b)
    for i, t_ in enumerate(tokens):
        if t_ in b"}]" and tokens[i - 1] not in (b"{", b"["): depth -= 1; out += b"\n" + indent * depth
        out += t_ + (b" " if t_ == b":" else b"")
        if t_ in b"{[" and tokens[i + 1] not in (b"}", b"]"): depth += 1; out += b"\n" + indent * depth
        if t_ == b",": out += b"\n" + indent * depth
    return out
def all_json(b):
    return stringify(b) + canonical(b) + sum((dumps(b, separators=s, ensure_ascii=a, sort_keys=k) for s in (None, COMPACT) for a in (0, 1) for k in (0, 1)), []) + [php(f"json_encode($d,{f})", b) for f in (0, 64, 256, 320)] + [ruby("JSON.generate(d)", b), b]
def lines(b): return b.replace(b"\r\n", b"\n").split(b"\n")
def lit(o): return [json.dumps(text(o)).encode(), json.dumps(text(o), ensure_ascii=False).encode(), node("JSON.stringify(s)", o), php("json_encode($t)", o), goish(node("JSON.stringify(s)", o)), ruby("t.inspect", o), ruby("t.dump", o)]
def flat(x):
    if isinstance(x, dict): return sum((flat(v) for v in x.values()), [])
    if isinstance(x, list): return sum(map(flat, x), [])
    return [x]
def submembers(x):
    if isinstance(x, dict):
        for v in x.values(): yield v; yield from submembers(v)
    if isinstance(x, list):
        for v in x: yield v; yield from submembers(v)
def written(x): return [json.dumps(x, separators=s, ensure_ascii=a, sort_keys=k).encode() for s in (None, COMPACT) for a in (0, 1) for k in (0, 1)] + [str(x).encode(), ruby("d.inspect", json.dumps(x).encode()), ruby("d.to_json", json.dumps(x).encode())]
def members(b):
    return [o for m in sub_kept(b) for o in (m, goish(m))] + [node(f"JSON.stringify(d.{n})", b) for n in ("data", "detail", "body")] + [goish(node("JSON.stringify(" + SORTED.replace("(d)", "(d.data)") + ")", b))] + [m for v in submembers(parsed(b) if parsed(b) is not None else {}) for w in [written(v), [v.encode()] if isinstance(v, str) else []] for o in w for m in (o, goish(o))]
def wraps(b):
    inner = all_json(b) + [l for o in [b] + stringify(b) for l in lit(o)] + [b'"' + b64(b) + b'"'] + [goish(o) for o in stringify(b)]
    out = []
    for i in set(inner):
        for s in (b"", b" "):
            out += [b"[" + i + b"]"] + [b'{"' + n + b'":' + s + i + e + b"}" for e in (b',"method":"POST"', b',"options":{"raw":{"language":"json"}}') for n in (b"body", b'mode":"raw","raw')] + [b'{"' + n + b'":' + s + i + e + b"}" for n in (b'mode":"raw","raw', b"body", b"data", b"payload", b"event", b"rawBody", b"json", b"raw") for e in (b"", b', "isBase64Encoded": false', b', "isBase64Encoded": true', b',"isBase64Encoded":false')]
    return out
def joins(b):
    d = parsed(b)
    if not isinstance(d, dict): return []
    def php_(v): return "Array" if isinstance(v, (dict, list)) else {True: "1", False: "", None: ""}.get(v, str(v)) if not isinstance(v, (int, float)) or isinstance(v, bool) else str(v)
    def js(v): return "[object Object]" if isinstance(v, dict) else "null" if v is None else str(v).lower() if isinstance(v, bool) else str(v)
    ways = [lambda v: v if isinstance(v, str) else node("JSON.stringify(d)", json.dumps(v).encode()).decode(), lambda v: str(v), js, php_,
        lambda v: v if isinstance(v, str) else json.dumps(v), lambda v: php_(v) if not isinstance(v, (dict, list)) else php("json_encode($d)", json.dumps(v).encode()).decode(), lambda v: v if isinstance(v, str) else ruby("d.to_s", json.dumps(v).encode()).decode(), lambda v: go_value(v)]
    out = []
    for order in (list(d.items()), sorted(d.items())):
        for w in ways:
            for j in ("", "|", ",", ".", ":", "\n", "&", " "):
                out += [j.join(w(v) for _, v in order), j.join(k + "=" + w(v) for k, v in order), j.join(k + w(v) for k, v in order)]
    for j in ("", "|", ",", ".", ":", "\n", "&", " "):
        out += [j.join(map(str, flat(d))), j.join(v for v in d.values() if isinstance(v, str)), node(f"(f=>f(d).join({json.dumps(j)}))(function f(o){{return Object.values(o).flatMap(v=>v&&typeof v=='object'?f(v):[v])}})", b).decode()]
        out += [j.join(f"{k}={v}" for k, v in order) for order in (list(d.items()), sorted(d.items()))]
    pairs = [list(p) for p in d.items()]
    out += [ruby("d.to_json", json.dumps(p).encode()).decode() for p in (pairs, sorted(pairs, key=lambda p: p[0]))]
    out += [json.dumps(p, separators=COMPACT, ensure_ascii=False) for p in (pairs, sorted(pairs, key=lambda p: p[0]))]
    return [o.encode() for o in out]
def go_value(v):
    if isinstance(v, dict): return "map[" + " ".join(f"{k}:{go_value(x)}" for k, x in sorted(v.items())) + "]"
    if isinstance(v, list): return "[" + " ".join(map(go_value, v)) + "]"
    if v is None: return "<nil>"
    if isinstance(v, bool): return str(v).lower()
    if isinstance(v, (int, float)):
        f = float(v); e = 0 if f == 0 else int(("%e" % f).split("e")[1])
        if e < -4 or e >= 21:
            m, x = repr(f).split("e") if "e" in repr(f) else ("%r" % float("%.17g" % f) , "0")
            if "e" not in repr(f): m, x = ("%.17e" % f).split("e"); m = repr(float(m))
            m = m[:-2] if m.endswith(".0") else m
            return f"{m}e{int(x):+03d}"
        return repr(f)[:-2] if repr(f).endswith(".0") else repr(f) if "e" not in repr(f) else ("%.12f" % f).rstrip("0")
    return v
def entities(b):
    t = text(b); base = t.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    out = [base, t.replace("<", "&lt;").replace(">", "&gt;"), html.escape(t), html.escape(t, False)]
    for q in ("&quot;", "&#34;", '"', "&#x22;"):
        for a in ("'", "&#39;", "&#039;", "&#x27;", "&apos;"):
            one = base.replace('"', q).replace("'", a); out += [one, one.replace("&", "&amp;"), one.replace("/", "&#x2F;").replace("`", "&#x60;").replace("=", "&#x3D;"), one.replace("/", "&#x2F;").replace("\\", "&#x5C;").replace("`", "&#96;"), '"' + one + '"', "".join(f"&#{ord(c)};" if c in "&\"'<>" else c for c in t)]
    out = [o.encode() for o in out]
    out += [node("require('he').encode(s)", b)]
    for f in ("htmlspecialchars($t)", "htmlentities($t)", "htmlspecialchars($t,ENT_QUOTES|ENT_XML1)", "filter_var($t,FILTER_SANITIZE_SPECIAL_CHARS)", "@filter_var($t,FILTER_SANITIZE_STRING)", "nl2br($t)"): out.append(php(f, b))
    return out + [o for d_ in dumps(b) for o in [html.escape(d_.decode()).encode()]]
def fields(b):
    out = []
    for o in all_json(b):
        for safe in ("", "/", "~", "-_.!~*'()", "-_.!~*'();,/?:@&=+$#", "@*_+-./", ":/?#[]@!$&'()*+,;=", "$&+,/:;=@", "$&+:=@"):
            q = [urllib.parse.quote(o, safe=safe), urllib.parse.quote_plus(o, safe=safe)]
            q += [x.replace("~", "%7E") for x in q] + [x.replace("*", "%2A") for x in q]; out += q
    out += [p + "=" + o for p in ("payload", "data", "json", "body", "event") for o in list(out)]
    return [o.encode() for o in out] + [node("escape(s)", b), node("encodeURI(s)", b), php("urlencode($t)", b), php("filter_var($t,FILTER_SANITIZE_ENCODED)", b), node("require('querystring').escape(s)", b)] + [php("urlencode(json_encode($d))", b), ruby("URI.encode_www_form_component(t)", b)]
def edges(b):
    return [b[i:len(b) - j] for i in range(3) for j in range(3)]
def bases(b):
    outs = []
    for o in all_json(b):
        e = b64(o).decode(); outs += [e, e.rstrip("="), u64(o).decode(), u64(o).decode().rstrip("="), base64.encodebytes(o).decode(), str(b64(o))] + ["".join(e[i:i + n] + j for i in range(0, len(e), n)) for n in (60, 64, 76) for j in ("\n", "\r\n")]
        outs += ["\r\n".join(e[i:i + 76] for i in range(0, len(e), 76)), b64(e.encode()).decode()]
    return [o.encode() for o in outs]
def hexes(b):
    return [x.encode() for o in [b] for h in [o.hex()] for x in (h, h.upper(), o.hex(" "), o.hex(" ").upper(), o.hex(":"), str(h.encode()))]
def quotes(b):
    t = text(b); return [o.encode() for o in (t.replace('"', "'"), t.replace('"', ""), f'"{t}"', f"'{t}'", f"`{t}`", t.replace('"', '""'), t.replace("\\", "\\\\"), t.replace("'", "''"), repr(t), t.replace('"', '\\"'), str(b)[2:-1], re.sub('"([^"]*)"', "\u201c\\1\u201d", t), repr(t)[1:-1], t.encode("unicode_escape").decode())] + [x.encode() for o in stringify(b) for x in (f"'{text(o)}'", f'"{text(o)}"', f"`{text(o)}`", text(o).replace('"', "'"), text(o).replace('"', ""))] + [alternate(t)]
def alternate(t):
    n = itertools.count(); return re.sub('"', lambda _: "\u201c\u201d"[next(n) % 2], t).encode()
def unslash(b): return re.sub(rb"\\(.)", lambda m: b"\0" if m[1] == b"0" else m[1], b, flags=re.S)
def python_text(b):
    import pprint
    d = parsed(b); out = []
    if d is None: return out
    k = lambda x: {n: k(x[n]) for n in sorted(x)} if isinstance(x, dict) else [k(v) for v in x] if isinstance(x, list) else x
    out += [pprint.pformat(d), pprint.pformat(d, sort_dicts=False), repr(k(d)), str(list(d.items())), repr(d).replace("'", '"'), repr(collections.OrderedDict(d)), re.sub(r"([:,]) ", r"\1", repr(d))] + [pprint.pformat(d, width=w) for w in (40, 60, 100, 120, 160, 200, 1000)]
    out += [repr(d).replace(" ", ""), repr(dict(sorted(d.items()))), pprint.pformat(d, indent=4), str(collections.OrderedDict(d))] if isinstance(d, dict) else []
    return [o.encode("utf-8", "surrogatepass") for o in out]
def digests(b):
    out = []
    for o in [b] + stringify(b):
        for h in ("md5", "sha1", "sha256", "sha512"):
            d = hashlib.new(h, o); out += [d.digest(), d.hexdigest().encode(), b64(d.digest()), b"sha256=" + d.hexdigest().encode(), b"sha-256=" + b64(d.digest())]
    return out
def times(b):
    d = parsed(b) or {}; t = d.get("timestamp", "") if isinstance(d, dict) else ""
    return [t.encode(), b"1705312800", b"1705312800000", b"1700000000"]
J = [b"", b".", b":", b"|", b"\n", b"&", b",", b" ", b"-", b"_"]
def around(b, parts): return [p + j + b for p in parts for j in J] + [b + j + p for p in parts for j in J]
def names(b):
    d = parsed(b); return [str(d[k]).encode() for k in ("event_type", "waitlist_id") if isinstance(d, dict) and k in d]
def opened(b):
    d = parsed(b); out = sub_kept(b)
    for v in submembers(d if d is not None else {}):
        if isinstance(v, str):
            out.append(v.encode())
            try: out.append(base64.b64decode(v, validate=True))
            except ValueError: pass
    return out
def unpacked(b):
    out = []
    for w in (31, 15, -15):
        try: out.append(zlib.decompress(b, w))
        except zlib.error: pass
    return out
def packed(kind):
    def make(b):
        out = []
        for o in all_json(b):
            for level in (1, 6, 9):
                for w in ((31,) if kind == "gzip" else (15, -15)):
                    c = zlib.compressobj(level, zlib.DEFLATED, w); p = c.compress(o) + c.flush()
                    out += [p] if kind != "gzip" else [p[:9] + bytes([s]) + p[10:] for s in (3, 19, 255)] + [p[:8] + x + bytes([s]) + p[10:] for s in (3, 19, 255) for x in (b"\0", b"\2", b"\4")]
        return out
    return make
def enc(name, errors="strict"):
    def make(b):
        out = []
        for o in [b] + stringify(b):
            try: out.append(o.decode().encode(name, errors))
            except (UnicodeError, LookupError): pass
        return out
    return make
def yamls(b):
    out = [ruby("d.to_yaml", b), ruby("JSON.parse(t,symbolize_names:true).to_yaml", b)]
    try:
        import yaml
        import io, ruamel.yaml
        f = io.StringIO(); ruamel.yaml.YAML().dump(parsed(b), f); out += [f.getvalue().encode(), node("require('js-yaml').dump(d)", b)]
        out += [yaml.dump(parsed(b), sort_keys=s, allow_unicode=a).encode() for s in (0, 1) for a in (0, 1)]
    except ImportError: pass
    return out
def queries(b):
    d = parsed(b)
    if not isinstance(d, dict): return []
    one = [urllib.parse.urlencode(x).encode() for x in (d, sorted(d.items()))]
    return one + [php(f"http_build_query({x})", b) for x in ("$d", "k($d)", "$d,'','&',PHP_QUERY_RFC3986")] + [php("(function($d){ksort($d);return http_build_query($d);})($d)", b), ruby("URI.encode_www_form(d)", b), node("require('querystring').stringify(d)", b), node("new URLSearchParams(d).toString()", b),
        urllib.parse.urlencode([(k, go_value(v)) for k, v in sorted(d.items())]).encode()]
def stringified(b):
    d = parsed(b)
    q = lambda x: {k: q(v) for k, v in x.items()} if isinstance(x, dict) else [q(v) for v in x] if isinstance(x, list) else node("JSON.stringify(d)", json.dumps(x).encode()).decode() if isinstance(x, (int, float)) and not isinstance(x, bool) else x
    top = node("JSON.stringify(Object.fromEntries(Object.entries(d).map(([k,v])=>[k,typeof v=='object'?JSON.stringify(v):String(v)])))", b)
    return [json.dumps(q(d), separators=COMPACT, ensure_ascii=False).encode(), node("JSON.stringify(Object.fromEntries(Object.entries(d).map(([k,v])=>[k,String(v)])))", b), top]
def fewer(b):
    d = parsed(b); out = []
    if isinstance(d, dict):
        for r in range(1, len(d)):
            for keep in itertools.permutations(d, r): out += written({k: d[k] for k in keep})[2:6:2] + [json.dumps({k: d[k] for k in keep}, separators=COMPACT, ensure_ascii=False).encode()]
        for k in d: out += [json.dumps({**{x: d[x] for x in d if x != k}, k: d[k]}, separators=COMPACT, ensure_ascii=False).encode()]
        if isinstance(d.get("data"), dict):
            for k in d["data"]: out.append(json.dumps({**d, "data": {x: d["data"][x] for x in d["data"] if x != k}}, separators=COMPACT, ensure_ascii=False).encode())
    return out
def orders(b):
    d = parsed(b); return [o for p in itertools.permutations(d) for o in ([json.dumps({k: d[k] for k in p}, separators=COMPACT, ensure_ascii=a).encode() for a in (0, 1)] + [json.dumps({k: d[k] for k in p}, separators=COMPACT).replace("/", "\\/").encode()])] if isinstance(d, dict) and len(d) < 6 else []
def phps(b): return [php(f"json_encode({v},{f})", b) for v in ("$d", "$o", "json_decode($t,true,512,JSON_BIGINT_AS_STRING)") for f in [0, 1, 2, 4, 8, 15, 16, 64, 256, 320, 271, 2048, 2368, 1344, 1024, 512, 15 | 256]] + [php("(ini_set('serialize_precision','%s')?'':'').(json_encode($d,%s))" % (n, f), b) for n in (14, 17) for f in (0, 64, 256, 320)]
def same(f): return lambda b: [f(b)]
MESSAGES = {
 "json-stringify": stringify, "json-python": lambda b: dumps(b), "json-python-compact": lambda b: dumps(b, separators=COMPACT), "json-python-compact-unicode": lambda b: dumps(b, separators=COMPACT, ensure_ascii=False),
 "json-python-sorted": lambda b: dumps(b, sort_keys=True), "json-python-sorted-compact": lambda b: dumps(b, sort_keys=True, separators=COMPACT), "json-python-indent-4": lambda b: dumps(b, indent=4) + dumps(b, indent=4, ensure_ascii=False), "json-python-indent-2": lambda b: dumps(b, indent=2),
 "json-php": lambda b: [php("json_encode($d)", b)], "json-php-slashes": lambda b: [php("json_encode($d,64)", b)], "json-php-unicode": lambda b: [php("json_encode($d,256)", b)], "json-php-slashes-unicode": lambda b: [php("json_encode($d,320)", b)],
 "json-php-pretty-slashes-unicode": lambda b: [php("json_encode($d,448)", b)], "json-php-flags": phps, "json-php-sorted": lambda b: [php(f"json_encode(k($d),{f})", b) for f in (0, 64, 128, 192, 256, 320, 448)],
 "json-ruby": lambda b: [ruby("JSON.generate(d)", b)], "json-ruby-pretty": lambda b: [ruby("JSON.pretty_generate(d)", b)], "json-canonical": canonical,
 "json-go": lambda b: [goish(o) for o in canonical(b)], "json-rails": lambda b: [goish(o) for o in [ruby("JSON.generate(d)", b)]],
 "json-pretty-2": pretties, "json-pretty-4": pretties, "json-pretty-tab": pretties, "json-pretty-other": pretties, "json-go-indent": lambda b: [goish(o) for o in pretties(b)], "json-indented": pretties,
 "json-printed": lambda b: [o + b"\n" for o in all_json(b) + pretties(b)], "json-flask": lambda b: [o + b"\n" for o in dumps(b, sort_keys=True) + dumps(b, sort_keys=True, separators=COMPACT) + dumps(b, sort_keys=True, separators=COMPACT, ensure_ascii=False) + canonical(b) + [goish(x) for x in canonical(b)]],
 "json-string": lambda b: [l for o in [b] for x in lit(o) for l in (x, x + b"\n")], "json-string-of-json": lambda b: [l for o in all_json(b) for l in lit(o)], "json-string-inner": lambda b: [parsed(b).encode()] if isinstance(parsed(b), str) else [],
 "json-member": members, "json-inner-member": members, "json-wrapped": wraps, "envelope-added": wraps, "json-members-dropped": fewer, "json-reordered": orders, "json-stringified-values": stringified,
 "json-allowlist": lambda b: [node("JSON.stringify(d,Object.keys(d))", b), node("JSON.stringify(d,Object.keys(d).sort())", b)],
 "newline-removed": lambda b: [b.rstrip(b"\r\n"), b[:-1]], "newline-added": lambda b: [o + b"\n" for o in all_json(b)], "crlf-added": lambda b: [o + b"\r\n" for o in all_json(b)], "body-trimmed": lambda b: [b.strip()], "blank-added": lambda b: [o + e for o in all_json(b) for e in (b" ", b"\n\n", b"\t", b"\r")],
 "bom-added": lambda b: [b"\xef\xbb\xbf" + b], "bom-removed": lambda b: [b[3:], b[3:].strip()] if b.startswith(b"\xef\xbb\xbf") else [], "body-empty": same(lambda b: b""), "body-null": lambda b: [b"null", b"None", b"nil", b"NULL"], "body-undefined": lambda b: [b"undefined"],
 "empty-text": lambda b: [b"[]", b'""', b"''", b"Array", b"b''", b"ImmutableMultiDict([])", b"<QueryDict: {}>"], "body-twice": lambda b: [o * 2 for o in [b] + stringify(b)], "byte-lost": lambda b: edges(b) + [o[:-1] for o in stringify(b)],
 "body-part": lambda b: lines(b) + [p.split(b"\r\n--")[0] for p in b.split(b"\r\n\r\n")], "brace-added": lambda b: [x + b + y for x in (b"", b"{", b"[", b'{"') for y in (b"", b"}", b"]", b"}}")] + [b.strip(b"{}"), b[1:-1]],
 "blanks-removed": lambda b: [re.sub(rb"\s", b"", o) for o in all_json(b)] + [o.replace(b" ", b"") for o in all_json(b)], "case-changed": lambda b: [x for o in all_json(b) for x in (text(o).lower().encode(), text(o).upper().encode(), o.lower(), o.upper())],
 "body-base64": bases, "quoted-base64": lambda b: [b'"' + b64(o) + b'"' + e for o in [b] for e in (b"", b"\n")], "body-hex": hexes, "byte-list": lambda b: [str(list(b)).encode(), ("[" + " ".join(map(str, b)) + "]").encode(), node("t.toString()&&JSON.stringify(t)", b), ",".join(map(str, b)).encode()],
 "body-hex-decoded": lambda b: [bytes.fromhex(text(b))], "body-base64-decoded": lambda b: [node("Buffer.from(s,'base64')", o) for o in [b] + stringify(b)] + [php("base64_decode($t)", b)], "charset-undoubled": lambda b: [text(b).encode(c) for c in ("cp1252", "latin-1") if not fails(lambda: text(b).encode(c))],
 "charset-latin-1": lambda b: [o for c in ("latin-1", "cp1252") for o in enc(c, "replace")(b) + enc(c, "ignore")(b)] + [node("Buffer.from(JSON.stringify(d),'latin1')", b), node("Buffer.from(s,'latin1')", b)] + [php("@utf8_decode($t)", b)], "charset-ascii": lambda b: enc("ascii", "replace")(b) + [re.sub(r"[^\0-\x7f]", lambda m: "?" * n(m[0]), text(b)).encode() for n in (lambda c: 1, lambda c: len(c.encode()), lambda c: len(c.encode("utf-16-le")) // 2)],
 "charset-dropped": lambda b: enc("ascii", "ignore")(b), "charset-utf-16": lambda b: sum((enc(n)(b) for n in ("utf-16", "utf-16-le", "utf-16-be")), []) + [b"\xfe\xff" + o for o in enc("utf-16-be")(b)],
 "charset-from-utf-16": lambda b: [b.decode("utf-16").encode(), b.decode("utf-16").strip("\r\n").encode()], "charset-doubled": lambda b: [o.decode(c).encode() for o in [b] + stringify(b) for c in ("latin-1", "cp1252") if not fails(lambda: o.decode(c))] + [php("@utf8_encode($t)", b), php("mb_convert_encoding($t,'UTF-8','Windows-1252')", b), "".join(chr(x) if x in (0x81, 0x8d, 0x8f, 0x90, 0x9d) else bytes([x]).decode("cp1252") for x in b).encode(), b.decode("cp1252", "replace").encode()],
 "charset-escaped": lambda b: enc("ascii", "backslashreplace")(b) + enc("ascii", "xmlcharrefreplace")(b) + [b.decode("ascii", "backslashreplace").encode(), b.decode("ascii", "replace").encode(), text(b).encode("unicode_escape"), bytes(x & 127 for x in b), node("t.toString('ascii')", b), php("@mb_convert_encoding($t,'HTML-ENTITIES','UTF-8')", b)] + ["".join(c if c < "\x80" else f"&#x{ord(c):x};" for c in text(b)).encode()],
 "charset-astral": lambda b: [re.sub("[\U00010000-\U0010ffff]", r, text(b)).encode() for r in ("", "?", "????", "\ufffd", "\ufffd\ufffd", "??", "\ufffd" * 4)] + ["".join(c if c < "\U00010000" else c.encode("utf-16-be").decode("utf-16-be", "surrogatepass") for c in text(b)).encode("utf-8", "surrogatepass")] + [b"".join(c.encode() if c < "\U00010000" else b"".join(chr(int.from_bytes(c.encode("utf-16-be")[i:i + 2], "big")).encode("utf-8", "surrogatepass") for i in (0, 2)) for c in text(b))],
 "html-escaped": entities, "html-unescaped": lambda b: [html.unescape(text(b)).encode()], "form-field": fields, "form-fields": lambda b: [v.encode() for p in urllib.parse.parse_qsl(text(b)) for v in p], "percent-decoded": lambda b: [urllib.parse.unquote(text(b)).encode(), urllib.parse.unquote_plus(text(b)).encode()],
 "slashes-added": lambda b: [php("addslashes($t)", o) for o in all_json(b)] + [php("addcslashes($t,\"\\\\\\\"'\")", b), b.replace(b"\\", b"\\\\").replace(b'"', b'\\"')], "slashes-removed": lambda b: [unslash(o) for o in [b] + stringify(b)], "quotes-changed": quotes, "quotes-straightened": lambda b: [re.sub(r"[\u201c\u201d]", '"', x).encode() for x in (text(b), text(b).replace("\u2019", "'").replace("\u2018", "'"), text(b).replace("\xa0", " "), text(b).replace("\u2019", "'").replace("\u2014", "-"), text(b).replace("\u2019", "'").replace("\u2014", "-").replace("\xa0", " "))],
 "body-unquoted": lambda b: [b.strip(b"'\""), b[1:-1], b[1:-1].replace(b'""', b'"'), b.replace(b'""', b'"'), re.sub(rb".*?'(.*)'.*", rb"\1", b, flags=re.S), unslash(b[1:-1]), b.decode("unicode_escape").encode("utf-8", "replace"), subprocess.run(["bash", "-c", "printf \"$0\"", b], capture_output=True).stdout] + ([eval(b)] if b.startswith(b"b'") else []), "envelope-opened": opened, "envelope-opened-deeply": lambda b: opened(b) + members(b),
 "message-body": lambda b: [b.split(s, 1)[1].rstrip(b"\n") if r else b.split(s, 1)[1] for s in (b"\r\n\r\n", b"\n\n") if s in b for r in (0, 1)], "gzip-undone": unpacked, "gzip-done": packed("gzip"), "deflate-done": packed("deflate"), "framing-digest": digests, "framing-event": lambda b: around(b, names(b)), "framing-id": lambda b: around(b, names(b)),
 "framing-field": lambda b: [n + s + b for n in (b"event", b"json", b"payload", b"data", b"body") for s in (b"=", b": ", b":")] + [b"sha256=" + hashlib.sha256(b).hexdigest().encode()], "framing-length": lambda b: around(b, [str(len(b)).encode()]) + [len(b).to_bytes(n, o) + b for n in (4, 8) for o in ("big", "little")] + [b"blob %d\0" % len(b) + b], "framing-timestamp": lambda b: around(b, times(b)), "framing-stripe": lambda b: [t + b"." + b for t in times(b)],
 "json-members-added": lambda b: [ruby(f"JSON.generate({e})", b) for e in ("d.merge('controller'=>'webhooks','action'=>'create')", "d.merge('controller'=>'webhooks','action'=>'create','webhook'=>d)", "d.merge('webhook'=>d)", "d.merge('webhooks'=>d)")], "json-renamed": lambda b: [ruby(e, b) for e in ("JSON.generate((f=->(x){x.is_a?(Hash) ? x.to_h{|k,v|[k.gsub(/_(.)/){$1.upcase},f[v]]} : x.is_a?(Array) ? x.map(&f) : x})[d])", "JSON.generate((f=->(x){x.is_a?(Hash) ? x.to_h{|k,v|[k.tr('_','-'),f[v]]} : x.is_a?(Array) ? x.map(&f) : x})[d])")] + [ruby("JSON.generate(d.transform_keys{|k|k.gsub(/_(.)/){$1.upcase}})", b), ruby("JSON.generate(d.transform_keys{|k|k.tr('_','-')})", b)],
 "json-minified": lambda b: [bytes(minify(b))], "json-go-encoder": lambda b: [goish(o) + b"\n" for o in canonical(b)], "json-serde": canonical, "json-go-number": lambda b: [x for o in kept(b, separators=COMPACT, sort_keys=True, ensure_ascii=False) for y in (o, goish(o)) for x in (y, y + b"\n")], "tags-removed": lambda b: [php("strip_tags($t)", o) for o in all_json(b)],
 "node-inspect": lambda b: [node(e, b) for e in ("u.inspect(d)", "u.inspect(d,{depth:null})", "u.format('%o',d)", "u.format(d)")], "php-print-r": lambda b: [php(f"print_r({v},true)", b) for v in ("$d", "$o")], "php-serialize": lambda b: [php(f"serialize({v})", b) for v in ("$d", "$o", "$t")], "php-var-export": lambda b: [php("var_export($d,true)", b), php("(function($d){ob_start();var_dump($d);return ob_get_clean();})($d)", b)],
 "python-repr": lambda b: [str(parsed(b)).encode("utf-8", "replace")], "python-bytes": lambda b: [str(b).encode()], "python-pprint": python_text, "ruby-inspect": lambda b: [ruby(e, b) for e in ("d.inspect", "JSON.parse(t,symbolize_names:true).inspect", "d.inspect.gsub('=>',' => ')", "'#<ActionController::Parameters '+d.inspect+' permitted: false>'", "'<ActionController::Parameters '+d.inspect+' permitted: false>'")],
 "go-map": lambda b: [go_value(parsed(b)).encode()], "query-string": queries, "values-joined": joins, "yaml": yamls, "chunks-decoded": lambda b: [(b[:i].decode("utf-8", "replace") + b[i:].decode("utf-8", "replace")).encode() for i in range(len(b))], "framing-token": None, "charset-utf-32": lambda b: sum((enc(n)(b) for n in ("utf-32", "utf-32-le", "utf-32-be")), []), "charset-utf-7": lambda b: enc("utf-7")(b) + [php("mb_convert_encoding($t,'UTF-7','UTF-8')", b), subprocess.run(["iconv", "-f", "UTF-8", "-t", "UTF-7"], input=b, capture_output=True).stdout],
 "charset-read-as-utf-16": lambda b: [b.decode(n, "replace").encode() for n in ("utf-16-le", "utf-16-be")] + [node("t.toString('utf16le')", b)], "unicode-nfkc": lambda b: [unicodedata.normalize(f, text(b)).encode() for f in ("NFKC", "NFKD")], "unicode-nfd": lambda b: [unicodedata.normalize("NFD", text(b)).encode()],
 "quoted-printable": lambda b: [__import__("quopri").encodestring(b), php("quoted_printable_encode($t)", b), ruby("[t].pack('M')", b)], "lf-lines": lambda b: [b.replace(b"\r\n", b"\n")], "crlf-lines": lambda b: [b.replace(b"\n", b"\r\n")], "lines-joined": lambda b: [re.sub(rb"[\r\n]", b"", b)], "blanks-collapsed": lambda b: [re.sub(rb"\s+", b" ", b).strip() + e for e in (b"", b"\n")],
 "json-html-escaped": lambda b: [node("require('serialize-javascript')(d,{isJSON:true})", b)] + [goish(o) for o in [b]], "object-object": lambda b: [b"[object Object]"], "empty-object": lambda b: [b"{}"], "framing-method": lambda b: around(b, [b"POST"]), "json-sorted": sorted_, "brotli-done": None,
}
def fails(f):
    try: f(); return False
    except Exception: return True
def minify(b):
    inside = escaped = False
    for c in b:
        if inside or c not in b" \t\r\n": yield c
        if inside: escaped, inside = (c == 92 and not escaped), not (c == 34 and not escaped)
        elif c == 34: inside = True
# keys
def t(s): return s.decode("utf-8", "replace")
def hashes(s):
    out = []
    for i in [s] + ([bytes.fromhex(t(s))] if not fails(lambda: bytes.fromhex(t(s))) else []):
        for h in ("md5", "sha1", "sha256", "sha384", "sha512"):
            d = hashlib.new(h, i).digest(); out += [d, d.hex().encode(), d.hex().upper().encode(), b64(d), u64(d), u64(d).rstrip(b"="), d.hex().encode()[:32], d[:16]]
            e = hashlib.new(h, d).digest(); out += [e, e.hex().encode(), hashlib.new(h, d.hex().encode()).digest(), hashlib.new(h, d.hex().encode()).hexdigest().encode()]
    return out
def notations(s):
    raws = [s]
    for f in (lambda: bytes.fromhex(t(s).removeprefix("0x")), lambda: base64.b64decode(s, validate=True), lambda: base64.urlsafe_b64decode(s), lambda: base64.b32decode(s + b"=" * (-len(s) % 8))):
        if not fails(f): raws.append(f())
    return [x for r in raws for x in (r, r.hex().encode(), r.hex().upper().encode(), b64(r), b64(r).rstrip(b"="), u64(r), u64(r).rstrip(b"="), base64.b32encode(r), base64.b32encode(r).rstrip(b"="))]
def masks(s):
    x = t(s); n = len(x); out = []
    for m in "*xX•.":
        for i in range(0, 9):
            for j in range(0, 9):
                for k in {n - i - j, 3, 4, 8}: out.append(x[:i] + m * max(k, 0) + x[n - j:])
    for i in range(0, 13):
        for j in range(0, 9): out += [x[:i] + d + x[n - j:] for d in ("...", "…", "")]
    return [o.encode() for o in out]
def unseen(s):
    x = t(s); marks = ["\u200b", "\u00ad", "\ufeff", "\u200d", "\u2060", "\u00a0", "\n", "\r\n", "\x16", "\u2028"]
    out = [x[:i] + m + x[i:] for m in marks for i in range(len(x) + 1)] + [x.replace("-", d) for d in "–—−"] + [x.replace("--", "—"), x.replace(" ", "\u00a0")] + ["\x1b[0m" + x, "\x1b[32m" + x + "\x1b[0m", x + "\x1b[0m"]
    return [o.encode() for o in out] + [(e.join(x[i:i + n] for i in range(0, len(x), n))).encode() for n in range(4, 77) for e in ("\n", "\r\n")]
def letters(s):
    x = t(s); a = string.printable
    return [o.encode() for i in range(len(x)) for c in a for o in (x[:i] + c + x[i + 1:],)] + [o.encode() for c in a for o in (c + x, x + c)]
def mistypes(s):
    x = t(s); out = [x.swapcase(), x.title(), x.capitalize(), x.lower(), x.upper()]
    for i in range(len(x)): out += [x[:i] + x[i + 1:], x[:i] + x[i] * 2 + x[i + 1:], x[:i] + x[i].swapcase() + x[i + 1:], x[:i] + x[i:i + 2][::-1] + x[i + 2:]]
    return [o.encode() for o in out]
def escapes(s):
    x = t(s); out = [json.dumps(x)[1:-1], json.dumps(x).replace("/", "\\/")[1:-1], x.replace("/", "\\/"), html.escape(x), html.escape(x, False), html.escape(x).replace("&#x27;", "&#39;"), x.replace("/", "&#x2F;"), x.replace("\\", "\\\\"), x.replace("$", "\\$"), x.replace("$", "$$"), x.replace("%", "%%"), x.replace("!", "\\!"), x.replace("'", "''"), x.replace("'", "\\'"), x.replace('"', '\\"')]
    out += [re.sub(r"([&|<>^%])", r"^\1", x), re.sub(r"([^A-Za-z0-9_])", r"\\\1", x), re.sub(r"([&/])", r"\\\1", x), re.sub("[&<>']", lambda m: "\\u%04x" % ord(m[0]), x), re.sub("[&<>'\"]", lambda m: "&#%d;" % ord(m[0]), x), re.sub("[^A-Za-z0-9]", lambda m: "&#%d;" % ord(m[0]), x), html.escape(x).replace("/", "&#x2F;")]
    return [o.encode() for o in out]
def unescapes(s):
    x = t(s); out = [re.sub(r"\\(.)", r"\1", x), re.sub(r"\^(.)", r"\1", x), x.replace("\\n", "\n"), x.replace("\\n", "\n").replace("\\t", "\t"), x.replace("\\/", "/"), x.replace("%%", "%"), x.replace("''", "'"), x.replace("\\\\", "\\"), x.replace("$$", "$")] + ([] if fails(lambda: x.encode().decode("unicode_escape")) else [x.encode().decode("unicode_escape")])
    return [o.encode("utf-8", "surrogatepass") for o in out]
def wrapped(s):
    x = t(s); pairs = ["<>", "()", "[]", "{}", "“”", "‘’", "«»", "``", "''", '""', "**", "__", "„“"]
    out = [p[0] + x + p[1] for p in pairs] + [a + x + b_ for a in ('""', "**", "__", "```", "\\\"", "'\"", "\"'", "", '"', "'") for b_ in ('""', "**", "__", "```", "\\\"", "\"'", "'\"", "", '"', "'")]
    return [o.encode() for o in out]
def recoded(s):
    out = []
    for u in {t(s)} | {unicodedata.normalize(f, t(s)) for f in ("NFC", "NFD", "NFKC", "NFKD")}:
        for c in ("utf-8", "latin-1", "cp1252"):
            if not fails(lambda: u.encode(c)): out.append(u.encode(c))
        for c in ("latin-1", "cp1252"):
            if not fails(lambda: u.encode().decode(c)): out.append(u.encode().decode(c).encode())
            if not fails(lambda: u.encode(c).decode()): out.append(u.encode(c).decode().encode())
        for m in (dict(zip("äöüßÄÖÜ", ("ae", "oe", "ue", "ss", "Ae", "Oe", "Ue"))),): out.append("".join(m.get(c, c) for c in u).encode())
        out.append("".join(c for c in unicodedata.normalize("NFD", u) if not unicodedata.combining(c)).encode()); out.append(u.encode("ascii", "replace")); out.append(u.encode("ascii", "ignore"))
    return out
def numbers(s):
    x = t(s).replace("_", ""); out = []
    for f in (lambda: int(x), lambda: float(x), lambda: int(x, 0), lambda: int(x, 16), lambda: int(x, 8)):
        if not fails(f):
            n = f(); out += [str(n), repr(n), "%.17g" % n if not fails(lambda: "%.17g" % n) else "", node("String(Number(s))", x.encode()).decode(), node("String(parseFloat(s))", x.encode()).decode(), php("(string)(float)$t", x.encode()).decode(), php("(string)(int)$t", x.encode()).decode(), "%.5E" % float(n) if not fails(lambda: float(n)) else "", "inf", ".inf", "INF", "Infinity"]
            if not fails(lambda: "%E" % n): out += [re.sub(r"0+E", "E", f"{float(n):.{k}E}").replace(".E", "E") for k in range(0, 15)]
            out += [node("String(0+Number(s))", str(n).encode()).decode()]
    return [o.encode() for o in out]
def several(s): return [p.strip() for j in (b"\n", b",", b" ", b";", b":", b"=", b"@", b"#", b"|", b" ;", b" #") for p in s.split(j)]
SEP = string.punctuation + string.whitespace
KEYS = {
 "key-newline-added": lambda s: [s + e for e in (b"\n", b"\r\n", b"\r", b"\n\n")], "key-blank-added": lambda s: [s + b" ", b" " + s, s + b"\t", b" " + s + b" "], "key-padded": lambda s: [a + s + e for a in (b"", b"\n", b" ") for c in (b" ", b"\0", b"=", b"\n", b"\t", b"\\n", b"\\r\\n", b" \n") for n in range(0, 65) for e in (c * n,)] + [s.ljust(n, c) for c in (b"\0", b" ") for n in (16, 24, 32, 64)],
 "key-quoted": lambda s: [q + s + q + e for q in (b'"', b"'", b"`") for e in (b"", b"\n")], "key-base64-encoded": lambda s: [b64(s), b64(s + b"\n"), b64(s).rstrip(b"="), u64(s)], "key-prefix-added": lambda s: [p + x for p in (b"whsec_", b"base64:", b"sha256=", b"v1,", b"sk_", b"0x", b"secret_") for x in (s, b64(s))],
 "key-prefix-stripped": lambda s: [s[i:] for i in range(1, 12)], "key-prefix-decoded": lambda s: [base64.b64decode(x + b"===") for p in (b"whsec_", b"base64:") if s.startswith(p) for x in (s[len(p):], s[len(p):].replace(b"-", b"+").replace(b"_", b"/"))], "key-base64-decoded": lambda s: [node("Buffer.from(s,'base64')", s), php("base64_decode($t)", s)], "key-hex-decoded": lambda s: [node("Buffer.from(s,'hex')", s)],
 "key-cut": lambda s: [s[:i] for i in range(len(s))] + [s[i:] for i in range(len(s))], "key-cut-at-hash": lambda s: [s.split(b"#")[0].rstrip()], "key-doubled": lambda s: [s + s, s[:len(s) // 2]], "key-dollar-expanded": lambda s: [re.sub(rb"\$\{?\w+\}?|%\w+%", b"", s), s.replace(b"$", b"$$")], "key-escaped": escapes, "key-unescaped": unescapes, "key-percent-encoded": lambda s: [f(s) for f in [lambda s: urllib.parse.quote(s, safe="").encode(), lambda s: re.sub(r"%..", lambda m: m[0].lower(), urllib.parse.quote(s, safe="")).encode(), lambda s: urllib.parse.quote(urllib.parse.quote(s, safe=""), safe="").encode(), lambda s: urllib.parse.quote(s, safe="-_=").encode(), lambda s: s.replace(b"/", b"%2F"), lambda s: s.replace(b"/", b"%2f"), lambda s: s.replace(b"%", b"%25")]],
 "key-hashed": hashes, "key-hashed-otherwise": hashes, "key-notated": notations, "key-masked": masks, "key-unseen": unseen, "key-letter-changed": letters, "key-mistyped": mistypes, "key-wrapped": lambda s: wrapped(s) + [s + b"`", b"`" + s, b"'" + s], "key-recoded": recoded, "key-renumbered": numbers, "key-upper-case": lambda s: [s.upper()], "key-lower-case": lambda s: [s.lower()], "key-one-of-several": several, "key-behind-equals": lambda s: [s.split(b"=", 1)[1]], "key-yaml-value": lambda s: [s.split(b":", 1)[1].strip().strip(b"\"'")],
 "key-punctuated": lambda s: [s + c.encode() for c in ";,.:)]}>"] + [s.strip(c.encode()) for c in string.punctuation] + [s.strip(b"{}()[]<>;,.")], "key-joined": lambda s: [re.sub(p, b"", s) for p in (rb"[-: ]", rb"[^A-Za-z0-9]", rb"\+", rb"-", rb":")] + ([bytes.fromhex(re.sub(rb"[: -]", b"", s).decode())] if not fails(lambda: bytes.fromhex(re.sub(rb"[: -]", b"", s).decode())) else []),
 "key-named": lambda s: [p + s + e for p, e in ((b"WEBHOOK_SECRET=", b""), (b"WEBHOOK_SECRET: ", b""), (b"secret=", b""), (b"=", b""), (b"export WEBHOOK_SECRET=", b""), (b'["', b'"]'), (b"['", b"']"), (b'{"secret":"', b'"}'), (b'{"WEBHOOK_SECRET":"', b'"}'), (b'{"secret": "', b'"}'))], "key-cleaned": lambda s: [re.sub(rb"\s", b"", s), re.sub("[\u200b\u00ad\ufeff]", "", t(s)).encode()], "key-utf-16": lambda s: [m + t(s).encode(c) for c in ("utf-16-le", "utf-16-be") for m in (b"", b"\xff\xfe", b"\xfe\xff")],
}
FUNCTIONS = {
 "arguments-swapped": lambda b, s: [hmac.new(m, s, h).digest() for m in all_json(b) for h in ("sha256", "sha1", "md5", "sha512")], "plain-hash": lambda b, s: [x for h in ("md5", "sha1", "sha256", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s") for d in [hashlib.new(h, b).digest()] for x in (d, hashlib.new(h, d).digest(), hashlib.new(h, d.hex().encode()).digest())] + [hashlib.blake2b(b, digest_size=32).digest()],
 "hash-secret-body": lambda b, s: [hashlib.new(h, s + j + b + e).digest() for h in ("md5", "sha1", "sha256", "sha512", "sha3_256", "sha3_512") for j in J for e in (b"", s)], "hash-body-secret": lambda b, s: [hashlib.new(h, b + j + s).digest() for h in ("md5", "sha1", "sha256", "sha512", "sha3_256", "sha3_512") for j in J],
 "hash-of-hmac": lambda b, s: [f(x) for d in [hmac.new(s, b, "sha256").digest()] for x in (d, d.hex().encode()) for f in (lambda x: hashlib.sha256(x).digest(), lambda x: hmac.new(s, x, "sha256").digest())], "hmac-blake2": lambda b, s: [hmac.new(s, b, h).digest() for h in ("blake2b", "blake2s")], "blake2-keyed": lambda b, s: [hashlib.blake2b(b, key=s).digest(), hashlib.blake2s(b, key=s).digest(), hashlib.blake2b(b, key=s, digest_size=32).digest()],
 "hmac-sha3": lambda b, s: [bytes.fromhex(run("node", "const C=require('crypto-js');process.stdout.write(C.HmacSHA3(require('fs').readFileSync(0,'utf8'),%s).toString())" % json.dumps(t(s)), b).decode())] + [hmac.new(s, b, "sha3_" + n).digest() for n in ("224", "256", "384", "512")], "hmac-sha512-256": lambda b, s: [hmac.new(s, b, "sha512_256").digest(), hmac.new(s, b, "sha512").digest()[:32], hmac.new(s, b, "sha384").digest()[:32]], "hmac-sha512": lambda b, s: [hmac.new(s, b, "sha512").digest(), hmac.new(s, b, "sha512").digest()[:32]], "framing-secret": lambda b, s: [hmac.new(s, m, "sha256").digest() for j in J for m in (s + j + b, b + j + s)],
 "hmac-sha1": lambda b, s: [hmac.new(s, b, "sha1").digest()], "hmac-md5": lambda b, s: [hmac.new(s, b, "md5").digest()], "hmac-sha224": lambda b, s: [hmac.new(s, b, "sha224").digest()], "hmac-sha384": lambda b, s: [hmac.new(s, b, "sha384").digest()],
}
def further(m, s):
    """A row of two steps bears the name of the first: what else was done to such a message."""
    out = [ruby("[t].pack('m')", m), b64(m), html.escape(text(m)).encode(), html.escape(text(m), False).encode(), text(m).lower().encode(), unslash(m), m.replace(b" ", b""), urllib.parse.quote(m).encode(), m + b"\n", urllib.parse.quote(m, safe="").encode(), base64.encodebytes(m), gzip.compress(m, mtime=0), m.replace(b"/", b"\\/"), goish(m)]
    out += [b64(m) + b"\n", b64(m).replace(b"\n", b"")] + ["".join(c if c < "\x80" else "".join("\\u%04x" % int.from_bytes(u, "big") for u in [c.encode("utf-16-be")[i:i + 2] for i in range(0, len(c.encode("utf-16-be")), 2)]) for c in text(m)).encode()]
    return [hmac.new(s, o, "sha256").digest() for o in out] + [hmac.new(m, s, "sha256").digest()]
PLACE = re.compile(r"^key ph (.*?)(#\d)?$")
def digest_of(value):
    v = re.sub(r"^t=\d+,v1=|,v0=.*", "", value.decode("utf-8", "replace").strip())
    v = re.sub(r"^(sha\d*=|.*=(?=[0-9a-f]{32,}$))", "", v); v = re.split(r"[,]", v)[0] if re.fullmatch(r"[0-9a-fA-F]+", re.split(r",", v)[0]) else v
    if re.fullmatch(r"[0-9a-fA-F]+", v) and len(v) % 2 == 0: return bytes.fromhex(v)
    try: return base64.b64decode(v + "=" * (-len(v) % 4))
    except ValueError: return b""
def notation(cause, value, d):
    """Whether a value is this digest, written as the name says."""
    h, v = d.hex(), value.decode("utf-8", "surrogateescape"); bare = v.removeprefix("sha256=")
    e, u = b64(d).decode(), u64(d).decode()
    low = v.lower(); spaced = re.sub(r"[^0-9a-f]", "", bare.lower().replace("0x", "").replace("\\x", "").replace("buffer", ""))
    return {
     "value-base64": lambda: e.rstrip("=")[:32] in urllib.parse.unquote(v).replace(" ", "+") or u.rstrip("=")[:32] in v, "value-base64url": lambda: u.rstrip("=") in v, "value-base64-of-hex": lambda: any(x in base64.b64decode(bare.replace("-", "+").replace("_", "/") + "==").decode() for x in (h, h.upper())), "value-base64-twice": lambda: e in base64.b64decode(bare + "==").decode(),
     "value-hex-of-hex": lambda: h in bytes.fromhex(bare).decode().lower() or h in bytes.fromhex(bytes.fromhex(bare).decode()).decode(), "value-hex-of-base64": lambda: e == bytes.fromhex(bare).decode(), "value-separated": lambda: spaced == h, "value-printed": lambda: h in v and v not in (h, "sha256=" + h), "value-quoted": lambda: h in v and any(q in v for q in "\"'[<"), "value-python-bytes": lambda: "b'" in v or 'b"' in v, "value-percent-encoded": lambda: urllib.parse.unquote(v) == "sha256=" + h, "value-cut": lambda: h.startswith(bare) and len(bare) < 64,
     "value-cut-start": lambda: h.endswith(bare) and len(bare) < 64, "value-longer": lambda: bare.startswith(h) and len(bare) > 64, "value-wrapped": lambda: h in v or e.rstrip("=") in v.replace("\\/", "/").replace("&#x2F;", "/").replace("&#x3D;", "=") or h in re.sub(r"\s", "", v), "value-base32": lambda: bare.upper().rstrip("=") == base64.b32encode(d).decode().rstrip("="), "value-decimal": lambda: bare == str(int.from_bytes(d, "big")), "value-byte-list": lambda: '"words"' in v and b"".join(w.to_bytes(4, "big", signed=True) for w in json.loads(v)["words"]) == d or [int(n) % 256 for n in re.findall(r"-?\d+", re.sub(r".*\"data\":", "", bare))] == list(d),
     "value-unpadded": lambda: bare == "".join("%x" % x for x in d), "value-text": lambda: d.decode("utf-8", "replace").strip() == bare.strip(), "value-binary": lambda: value.removeprefix(b"sha256=").strip() == d or bare == d.decode("latin-1"), "prefix-other": lambda: h in v and not v.startswith("sha256="), "prefix-case": lambda: low == "sha256=" + h and not v.startswith("sha256="), "prefix-colon": lambda: v in ("sha256:" + h, "sha256 " + h), "prefix-doubled": lambda: h in v and v.startswith("sha256=sha256="), "several-values": lambda: h in v or e in v,
    }.get(cause)

def main():
    table = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../../it/diagnose/fresh.tsv")
    rows = [line.rstrip("\n").split("\t") for line in open(table)]
    bodies = {r[0][1:]: base64.b64decode(r[1]) for r in rows if r[0].startswith("*")}
    wrong, stated, unstated = [], collections.Counter(), collections.Counter()
    for row in rows:
        if row[0].startswith("*"): continue
        cause, what, b, s, v = row
        body = bodies[b[1:]] if b.startswith("*") else base64.b64decode(b)
        secret = SECRET if s == "*" else base64.b64decode(s); value = base64.b64decode(v)
        tag = lambda m, k=secret: hmac.new(k, m, "sha256").digest()
        if cause == "body-empty" and value.startswith(b"sha256=" + body.hex().encode()): value = value.replace(body.hex().encode(), b"")
        by_notation = notation(cause, value, tag(body)); d = digest_of(value)
        if cause in ("key-placeholder", "key-reference", "key-variable-name", "key-undefined", "key-empty") and PLACE.match(what):
            name = PLACE.match(what)[1]; spaces = [i for i, c in enumerate(name) if c == " "]
            forms = ["".join("_" if i in under else c for i, c in enumerate(name)) for n in range(len(spaces) + 1) for under in map(set, itertools.combinations(spaces, n))]
            good = any(tag(body, f.encode()) == d for f in forms)
        elif by_notation: good = not fails(by_notation) and by_notation()
        elif cause in KEYS: good = any(tag(body, k) == d for k in KEYS[cause](secret))
        elif cause in FUNCTIONS: good = any(x == d for x in FUNCTIONS[cause](body, secret))
        elif MESSAGES.get(cause): good = any(tag(m) == d for m in MESSAGES[cause](body)) or any(x == d for m in MESSAGES[cause](body) for x in further(m, secret))
        else:
            unstated[cause] += 1; continue
        stated[cause] += 1
        if not good: wrong.append(f"{cause}\t{what}\t{b}")
    print("\n".join(wrong))
    print(f"{sum(stated.values())} rows of {len(stated)} names held against their statement, {len(wrong)} without; {sum(unstated.values())} rows have none: {dict(unstated)}")
    return 1 if wrong else 0

if __name__ == "__main__":
    sys.exit(main())
