<?php
// Prints what PHP's json_encode makes of a body: one line a form, its name, a tab, the bytes in Base64.
$body = file_get_contents($argv[1]);
$value = json_decode($body, true);
$object = json_decode($body);
function show($name, $text) { echo $name, "\t", base64_encode($text), "\n"; }
$slashes = JSON_UNESCAPED_SLASHES;
$unicode = JSON_UNESCAPED_UNICODE;
show("json-php", json_encode($value));
show("json-php-slashes", json_encode($value, $slashes));
show("json-php-unicode", json_encode($value, $unicode));
show("json-php-slashes-unicode", json_encode($value, $slashes | $unicode));
show("json-php+object", json_encode($object));
show("json-php-slashes+object", json_encode($object, $slashes));
show("json-php-slashes-unicode+object", json_encode($object, $slashes | $unicode));
show("json-php+fraction", json_encode($object, JSON_PRESERVE_ZERO_FRACTION));
show("json-php-slashes-unicode+fraction", json_encode($value, $slashes | $unicode | JSON_PRESERVE_ZERO_FRACTION));
show("json-php-pretty", json_encode($value, JSON_PRETTY_PRINT));
show("json-php-pretty+all", json_encode($object, JSON_PRETTY_PRINT | $slashes | $unicode));
show("php-query", http_build_query($value));
