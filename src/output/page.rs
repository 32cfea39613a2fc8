//! What every page has in common: the look of the inspector, and the head of a page that is one file.

/// The look, which the inspector hands out as a file of its own.
pub(crate) const BASE_STYLE: &str = include_str!("page/base.css");

/// What a page of deliveries begins with: look and content policy. It has no script and loads nothing.
pub(super) const DOCUMENT_HEAD: &str = concat!(
    "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">
<meta name=\"referrer\" content=\"no-referrer\">
<link rel=\"icon\" href=\"data:,\">
<title>Webhook deliveries</title>
<style>
",
    include_str!("page/base.css"),
    include_str!("page/document.css"),
    "</style>
</head>
<body>
"
);
