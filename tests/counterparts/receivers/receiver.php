<?php
// PHP's own server. MODE=json encodes the decoded body again, MODE=raw takes php://input, MODE=none verifies nothing.
$hashed = file_get_contents("php://input");
if (getenv("MODE") === "json") {
    $hashed = json_encode(json_decode($hashed, true));
}
$expected = "sha256=" . hash_hmac("sha256", $hashed, getenv("PROBE_SECRET"));
$ok = getenv("MODE") === "none" || hash_equals($expected, $_SERVER["HTTP_X_WEBHOOK_SIGNATURE"] ?? "");
http_response_code($ok ? 200 : 401);
