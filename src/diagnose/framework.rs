//! The frameworks whose fixes are known: data.

/// A language: how it hashes and compares rightly.
#[derive(Debug)]
pub struct FrameworkLanguage {
    /// Beginnings of the ids of causes that it gives rise to.
    causes: &'static [&'static str],
    /// HMAC-SHA256 of the raw body, as the header writes it.
    pub sign: &'static str,
    /// A comparison that takes the whole header value and leaks no time.
    pub compare: &'static str,
    /// Reading the secret without what does not belong to it.
    pub key: &'static str,
}

static JAVASCRIPT: FrameworkLanguage = FrameworkLanguage {
    causes: &["json-stringify", "json-pretty", "object-object", "body-undefined", "buffer-json", "form-key"],
    sign: "const expected = 'sha256=' + crypto.createHmac('sha256', secret).update(raw).digest('hex')",
    compare: "const ok = header.length === expected.length && \
              crypto.timingSafeEqual(Buffer.from(header), Buffer.from(expected))",
    key: "const secret = (process.env.REFERRALLOOP_WEBHOOK_SECRET ?? '').trim(); if (!secret) throw new Error('no secret')",
};

static PYTHON: FrameworkLanguage = FrameworkLanguage {
    causes: &["json-python", "python-"],
    sign: "expected = 'sha256=' + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()",
    compare: "ok = hmac.compare_digest(header.encode(), expected.encode())",
    key: "secret = os.environ['REFERRALLOOP_WEBHOOK_SECRET'].strip()",
};

static RUBY: FrameworkLanguage = FrameworkLanguage {
    causes: &["json-rails", "json-ruby"],
    sign: "expected = 'sha256=' + OpenSSL::HMAC.hexdigest('SHA256', secret, raw)",
    compare: "ok = Rack::Utils.secure_compare(header.to_s, expected)",
    key: "secret = ENV.fetch('REFERRALLOOP_WEBHOOK_SECRET').strip",
};

static PHP: FrameworkLanguage = FrameworkLanguage {
    causes: &["json-php", "slashes-added"],
    sign: "$expected = 'sha256=' . hash_hmac('sha256', $raw, $secret);",
    compare: "$ok = hash_equals($expected, (string) $header);",
    key: "$secret = trim((string) getenv('REFERRALLOOP_WEBHOOK_SECRET'));",
};

static GO: FrameworkLanguage = FrameworkLanguage {
    causes: &["json-go", "quoted-base64"],
    sign: "mac := hmac.New(sha256.New, []byte(secret)); mac.Write(raw); \
           expected := \"sha256=\" + hex.EncodeToString(mac.Sum(nil))",
    compare: "ok := hmac.Equal([]byte(header), []byte(expected))",
    key: "secret := strings.TrimSpace(os.Getenv(\"REFERRALLOOP_WEBHOOK_SECRET\"))",
};

static JAVA: FrameworkLanguage = FrameworkLanguage {
    causes: &["json-jackson", "json-gson"],
    sign: "Mac mac = Mac.getInstance(\"HmacSHA256\"); mac.init(new SecretKeySpec(secret.getBytes(UTF_8), \"HmacSHA256\")); \
           String expected = \"sha256=\" + HexFormat.of().formatHex(mac.doFinal(raw));",
    compare: "boolean ok = MessageDigest.isEqual(header.getBytes(UTF_8), expected.getBytes(UTF_8));",
    key: "String secret = System.getenv(\"REFERRALLOOP_WEBHOOK_SECRET\").strip();",
};

static CSHARP: FrameworkLanguage = FrameworkLanguage {
    causes: &["json-dotnet", "json-newtonsoft", "key-utf-16", "value-separated"],
    sign: "var expected = \"sha256=\" + \
           Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), raw)).ToLowerInvariant();",
    compare: "var ok = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(header), Encoding.ASCII.GetBytes(expected));",
    key: "var secret = Environment.GetEnvironmentVariable(\"REFERRALLOOP_WEBHOOK_SECRET\")!.Trim();",
};

static RUST: FrameworkLanguage = FrameworkLanguage {
    causes: &["json-serde"],
    sign: "let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())?.chain_update(&raw);",
    compare: "let ok = header.strip_prefix(\"sha256=\").and_then(|h| hex::decode(h).ok())\
              .is_some_and(|tag| mac.verify_slice(&tag).is_ok());",
    key: "let secret = std::env::var(\"REFERRALLOOP_WEBHOOK_SECRET\")?.trim().to_owned();",
};

/// A framework: where it keeps the raw body.
#[derive(Debug)]
pub struct WebFramework {
    /// What `--framework` takes.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// Its language.
    pub language: &'static FrameworkLanguage,
    /// How to get at the bytes that were received.
    pub raw: &'static [&'static str],
}

impl WebFramework {
    /// The framework with a name.
    pub fn find_by_name(name: &str) -> Option<&'static Self> {
        FRAMEWORKS.iter().find(|framework| framework.name == name)
    }

    /// Whether a cause is at home in its language.
    pub fn suggests(&self, cause: &str) -> bool {
        self.language.causes.iter().any(|start| cause.starts_with(start))
    }
}

/// Every framework, in the order in which they are listed.
pub static FRAMEWORKS: [WebFramework; 15] = [
    WebFramework {
        name: "express",
        title: "Express",
        language: &JAVASCRIPT,
        raw: &[
            "app.post('/webhooks/referralloop', express.raw({ type: '*/*' }), (req, res) => { const raw = req.body; … })",
            "mount it before app.use(express.json()), or keep the bytes there: \
             express.json({ verify: (req, res, buf) => { req.rawBody = buf } })",
        ],
    },
    WebFramework {
        name: "nextjs",
        title: "Next.js",
        language: &JAVASCRIPT,
        raw: &[
            "app router: const raw = Buffer.from(await request.arrayBuffer()); never await request.json() first",
            "pages router: export const config = { api: { bodyParser: false } }, then collect the chunks of req",
        ],
    },
    WebFramework {
        name: "nest",
        title: "Nest",
        language: &JAVASCRIPT,
        raw: &[
            "const app = await NestFactory.create(AppModule, { rawBody: true })",
            "handle(@Req() req: RawBodyRequest<Request>) { const raw = req.rawBody }",
        ],
    },
    WebFramework {
        name: "fastify",
        title: "Fastify",
        language: &JAVASCRIPT,
        raw: &[
            "app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (req, body, done) => done(null, body))",
            "then request.body is the raw Buffer; parse it after the check",
        ],
    },
    WebFramework {
        name: "hono",
        title: "Hono",
        language: &JAVASCRIPT,
        raw: &["const raw = Buffer.from(await c.req.arrayBuffer()); parse it after the check with JSON.parse"],
    },
    WebFramework {
        name: "flask",
        title: "Flask",
        language: &PYTHON,
        raw: &["raw = request.get_data()  # the bytes; not request.json dumped again"],
    },
    WebFramework {
        name: "fastapi",
        title: "FastAPI",
        language: &PYTHON,
        raw: &["async def webhook(request: Request): raw = await request.body()  # not a model parameter"],
    },
    WebFramework {
        name: "django",
        title: "Django",
        language: &PYTHON,
        raw: &[
            "raw = request.body  # read it before request.POST; not json.dumps(json.loads(request.body))",
            "put @csrf_exempt on the view",
        ],
    },
    WebFramework {
        name: "rails",
        title: "Rails",
        language: &RUBY,
        raw: &["raw = request.raw_post  # not params.to_json", "skip_before_action :verify_authenticity_token"],
    },
    WebFramework {
        name: "laravel",
        title: "Laravel",
        language: &PHP,
        raw: &[
            "$raw = $request->getContent();  // not json_encode($request->all()), whose strings middleware has trimmed",
            "exclude the route from CSRF verification",
        ],
    },
    WebFramework {
        name: "go",
        title: "Go net/http",
        language: &GO,
        raw: &[
            "raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))  // before json.Unmarshal, which then takes raw",
        ],
    },
    WebFramework {
        name: "spring",
        title: "Spring",
        language: &JAVA,
        raw: &[
            "@PostMapping(\"/webhooks/referralloop\") ResponseEntity<?> handle(@RequestBody byte[] raw, …)  // not a class",
        ],
    },
    WebFramework {
        name: "aspnet",
        title: "ASP.NET",
        language: &CSHARP,
        raw: &[
            "Request.EnableBuffering(); using var copy = new MemoryStream(); await Request.Body.CopyToAsync(copy); \
             var raw = copy.ToArray();  // no [FromBody] parameter",
        ],
    },
    WebFramework {
        name: "lambda",
        title: "AWS Lambda",
        language: &JAVASCRIPT,
        raw: &["const raw = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')"],
    },
    WebFramework {
        name: "axum",
        title: "axum",
        language: &RUST,
        raw: &["async fn webhook(headers: HeaderMap, raw: Bytes) -> StatusCode { … }  // Bytes, not Json<T>"],
    },
];
