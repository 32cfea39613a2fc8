<?php
// Makes signatures with the mistakes that programs in PHP make: rows for `faults.tsv`, as fault.mjs describes them.
// php tests/counterparts/faults/fault.php > php.tsv; PHP 8.
$bodies = [
    '{"event_type": "signup.created","data":{"name":"Zoë/王","position":1},"timestamp":"2024-01-15T10:00:00Z"}',
    '{"event_type": "signup.deleted", "data": {"name": "Café ’s", "ratio": 1.0, "html": "<b>&</b>"}}',
    '{"n":"ü", "list":[1,2.5,null,{"a":"/"}], "m":"€"}',
];
$secret = 's3cret+key/9==';
function row($cause, $what, $body, $known, $value) {
    echo implode("\t", [$cause, $what, ...array_map('base64_encode', [$body, $known, $value])]), "\n";
}
function signed($message, $key) {
    return 'sha256=' . hash_hmac('sha256', $message, $key);
}
foreach ($bodies as $body) {
    $data = json_decode($body);
    // Python writes the same where no number tells the two apart.
    $slashes = str_contains($body, '1.0') ? ['json-php-pretty-slashes' => JSON_UNESCAPED_SLASHES] : [];
    $pretty = $slashes + ['json-php-pretty-unicode' => JSON_UNESCAPED_UNICODE];
    foreach ($pretty as $cause => $flag) {
        $made = json_encode($data, JSON_PRETTY_PRINT | $flag);
        // Where a flag makes no difference, another form has the same bytes and comes first.
        if (!in_array($made, [json_encode($data, JSON_PRETTY_PRINT), json_encode($data, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE)])) {
            row($cause, 'json_encode', $body, $secret, signed($made, $secret));
        }
    }
    row('form-field', 'rawurlencode', $body, $secret, signed(rawurlencode($body), $secret));
    row('key-percent-encoded', 'rawurlencode', $body, $secret, signed($body, rawurlencode($secret)));
    foreach (['md5', 'sha1', 'sha256', 'sha512'] as $hash) {
        row('key-hashed', $hash, $body, $secret, signed($body, hash($hash, $secret)));
    }
    row('key-cut', "rtrim(\$secret, '=')", $body, $secret, signed($body, rtrim($secret, '=')));
}
