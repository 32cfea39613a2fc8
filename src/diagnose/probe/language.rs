//! In which language an endpoint is written, where its answers name a server or framework: what is known to be written by
//! another one is guessed later. It proves nothing.

/// A language whose programs print data in a manner of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServerLanguage {
    Go,
    Java,
    JavaScript,
    Dotnet,
    Php,
    Python,
    Ruby,
}

/// Words of `Server`, `X-Powered-By` and `Keep-Alive`, in lower case; the last is what Node's own server says.
const SERVERS: [(&str, ServerLanguage); 18] = [
    ("express", ServerLanguage::JavaScript),
    ("next.js", ServerLanguage::JavaScript),
    ("php", ServerLanguage::Php),
    ("werkzeug", ServerLanguage::Python),
    ("python", ServerLanguage::Python),
    ("uvicorn", ServerLanguage::Python),
    ("gunicorn", ServerLanguage::Python),
    ("hypercorn", ServerLanguage::Python),
    ("daphne", ServerLanguage::Python),
    ("ruby", ServerLanguage::Ruby),
    ("puma", ServerLanguage::Ruby),
    ("passenger", ServerLanguage::Ruby),
    ("kestrel", ServerLanguage::Dotnet),
    ("asp.net", ServerLanguage::Dotnet),
    ("jetty", ServerLanguage::Java),
    ("tomcat", ServerLanguage::Java),
    ("caddy", ServerLanguage::Go),
    ("timeout=5", ServerLanguage::JavaScript),
];

/// Whose a form is: words of its id.
const WRITERS: [(&str, ServerLanguage); 22] = [
    ("php", ServerLanguage::Php),
    ("slashes-added", ServerLanguage::Php),
    ("python", ServerLanguage::Python),
    ("flask", ServerLanguage::Python),
    ("ruby", ServerLanguage::Ruby),
    ("rails", ServerLanguage::Ruby),
    ("json-go", ServerLanguage::Go),
    ("go-map", ServerLanguage::Go),
    ("quoted-base64", ServerLanguage::Go),
    ("node", ServerLanguage::JavaScript),
    ("stringify", ServerLanguage::JavaScript),
    ("buffer-json", ServerLanguage::JavaScript),
    ("object-object", ServerLanguage::JavaScript),
    ("object-text", ServerLanguage::JavaScript),
    ("undefined", ServerLanguage::JavaScript),
    ("jackson", ServerLanguage::Java),
    ("gson", ServerLanguage::Java),
    ("java-", ServerLanguage::Java),
    ("dotnet", ServerLanguage::Dotnet),
    ("newtonsoft", ServerLanguage::Dotnet),
    ("utf-16", ServerLanguage::Dotnet),
    ("form-key", ServerLanguage::JavaScript),
];

impl ServerLanguage {
    /// The language of whoever answers with such a header value.
    pub(crate) fn of_server(told: &str) -> Option<Self> {
        let told = told.to_ascii_lowercase();
        SERVERS.iter().find(|(word, _)| told.contains(word)).map(|(_, language)| *language)
    }

    /// The language whose programs alone do what a cause says.
    pub(super) fn of_cause(id: &str) -> Option<Self> {
        WRITERS.iter().find(|(word, _)| id.contains(word)).map(|(_, language)| *language)
    }
}
