<?php
// PHP as frameworks and plain scripts have it; MODE chooses.
$raw = file_get_contents("php://input");
$data = json_decode($raw, true);
$secret = getenv("PROBE_SECRET");
$given = $_SERVER["HTTP_X_WEBHOOK_SIGNATURE"] ?? "";
$hmac = fn($hashed, $key = null) => "sha256=" . hash_hmac("sha256", $hashed, $key ?? $secret);

/** Laravel's TrimStrings and ConvertEmptyStringsToNull, which $request->all() has gone through. */
function cleaned($value) {
    if (is_array($value)) return array_map("cleaned", $value);
    if (!is_string($value)) return $value;
    $value = preg_replace('~^[\s\x{FEFF}\x{200B}\x{200E}]+|[\s\x{FEFF}\x{200B}\x{200E}]+$~u', "", $value) ?? trim($value);
    return $value === "" ? null : $value;
}

$ok = match (getenv("MODE")) {
    "raw" => hash_equals($hmac($raw), $given),
    "encode" => hash_equals($hmac(json_encode($data)), $given),
    "encode-object" => hash_equals($hmac(json_encode(json_decode($raw))), $given),
    "slashes" => hash_equals($hmac(json_encode($data, JSON_UNESCAPED_SLASHES)), $given),
    "unicode" => hash_equals($hmac(json_encode($data, JSON_UNESCAPED_UNICODE)), $given),
    "both" => hash_equals($hmac(json_encode($data, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE)), $given),
    "pretty" => hash_equals($hmac(json_encode($data, JSON_PRETTY_PRINT)), $given),
    "symfony" => hash_equals($hmac(json_encode($data, JSON_HEX_TAG | JSON_HEX_APOS | JSON_HEX_AMP | JSON_HEX_QUOT)), $given),
    "laravel" => hash_equals($hmac(json_encode(cleaned($data))), $given),
    "addslashes" => hash_equals($hmac(addslashes($raw)), $given),
    "htmlspecialchars" => hash_equals($hmac(htmlspecialchars($raw)), $given),
    "utf8-decode" => hash_equals($hmac(mb_convert_encoding_or($raw)), $given),
    "post" => hash_equals($hmac(implode("", $_POST)), $given),
    "print-r" => hash_equals($hmac((string) json_encode($data["data"])), $given),
    "key-file" => hash_equals($hmac($raw, $secret . PHP_EOL), $given),
    "key-unset" => hash_equals($hmac($raw, (string) getenv("NO_SUCH_VARIABLE")), $given),
    "binary" => hash_equals(base64_encode(hash_hmac("sha256", $raw, $secret, true)), $given),
    "sha1" => hash_equals("sha1=" . hash_hmac("sha1", $raw, $secret), $given),
    "wrong-key-name" => hash_equals($hmac($raw), $_SERVER["HTTP_X_HUB_SIGNATURE_256"] ?? ""),
    "really-print-r" => hash_equals($hmac(print_r($data, true)), $given),
    "var-export" => hash_equals($hmac(var_export($data, true)), $given),
    "serialize" => hash_equals($hmac(serialize($data)), $given),
    "query" => hash_equals($hmac(http_build_query($data)), $given),
    "urlencode" => hash_equals($hmac(urlencode($raw)), $given),
    "encode-text" => hash_equals($hmac(json_encode($raw)), $given),
    "pretty-both" => hash_equals($hmac(json_encode($data, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE)), $given),
    "encode-eol" => hash_equals($hmac(json_encode($data) . PHP_EOL), $given),
    "array-text" => hash_equals($hmac((string) @"Array"), $given),
    "trim" => hash_equals($hmac(trim($raw)), $given),
    "bare" => hash_equals(hash_hmac("sha256", $raw, $secret), $given),
    "secret-first" => hash_equals("sha256=" . hash("sha256", $secret . $raw), $given),
    "key-trimmed-away" => hash_equals($hmac($raw, "\"$secret\""), $given),
    "strncmp" => strncmp($hmac($raw), $given, 16) === 0,
    "strpos" => $given !== "" && strpos($hmac($raw), $given) === 0,
    "none" => true,
};

function mb_convert_encoding_or($text) {
    $out = "";
    foreach (preg_split("//u", $text, -1, PREG_SPLIT_NO_EMPTY) as $letter) {
        $code = strlen($letter) === 1 ? ord($letter) : (strlen($letter) === 2 ? ((ord($letter[0]) & 31) << 6) | (ord($letter[1]) & 63) : 256);
        $out .= $code < 256 ? chr($code) : "?";
    }
    return $out;
}

http_response_code($ok ? 200 : 401);
