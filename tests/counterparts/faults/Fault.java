// Makes signatures with the mistakes that programs in Java make: rows for `faults.tsv`, as fault.mjs describes them.
// java tests/counterparts/faults/Fault.java > java.tsv; Java 17.

import java.math.BigInteger;
import java.nio.charset.Charset;
import java.util.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import static java.nio.charset.StandardCharsets.UTF_8;

public class Fault {
    static final byte[] SECRET = "s3cret-key_9".getBytes(UTF_8);

    static byte[] hmac(byte[] message) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
        return mac.doFinal(message);
    }

    static void row(String cause, String what, byte[] body, String value) {
        Base64.Encoder base64 = Base64.getEncoder();
        System.out.println(String.join("\t", cause, what, base64.encodeToString(body), base64.encodeToString(SECRET),
            base64.encodeToString(value.getBytes(UTF_8))));
    }

    static String hex(byte[] digest) {
        return "sha256=" + HexFormat.of().formatHex(digest);
    }

    public static void main(String[] arguments) throws Exception {
        int numbers = 0;
        for (int n = 0; n < 200; n++) {
            byte[] body = ("{\"event_type\":\"signup.created\",\"data\":{\"name\":\"Zo\u00eb \u201d\",\"n\":" + n + "}}").getBytes(UTF_8);
            byte[] digest = hmac(body);
            String number = new BigInteger(1, digest).toString(16);
            if (number.length() < 64 && numbers++ < 3) row("value-leading-zero", "BigInteger(1, digest)", body, "sha256=" + number);
            if (n >= 3) continue;
            StringBuilder text = new StringBuilder();
            for (byte b : digest) text.append(Integer.toHexString(b));
            row("value-signed-bytes", "Integer.toHexString", body, "sha256=" + text);
            if (digest[0] < 0) row("value-leading-zero", "BigInteger(digest)", body, "sha256=" + new BigInteger(digest).toString(16));
            row("value-byte-list", "Arrays.toString", body, "sha256=" + Arrays.toString(digest));
            row("value-text", "new String(digest)", body, "sha256=" + new String(digest, UTF_8));
            row("no-digest", "byte[].toString", body, "sha256=" + digest);
            Charset windows = Charset.forName("windows-1252");
            row("charset-doubled", "new String(body, windows-1252)", body, hex(hmac(new String(body, windows).getBytes(UTF_8))));
            row("byte-list", "Arrays.toString(body)", body, hex(hmac(Arrays.toString(body).getBytes(UTF_8))));
            row("body-base64", "getMimeEncoder", body, hex(hmac(Base64.getMimeEncoder().encode(body))));
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("name", "Zo\u00eb \u201d");
            data.put("n", n);
            data.put("list", Arrays.asList(1, 2.5, null, true));
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("event_type", "signup.created");
            event.put("data", data);
            byte[] whole = ("{\"event_type\":\"signup.created\",\"data\":{\"name\":\"Zo\u00eb \u201d\",\"n\":" + n
                + ",\"list\":[1,2.5,null,true]}}").getBytes(UTF_8);
            row("java-map", "Map.toString", whole, hex(hmac(event.toString().getBytes(UTF_8))));
        }
    }
}
