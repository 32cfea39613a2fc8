// Writes an event in the order of Java's HashMap and signs it: the body and the value of a row of `faults.tsv`.
// java tests/counterparts/faults/HashOrder.java; Java 17.

import java.util.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class HashOrder {
    static final List<String> NAMES = List.of("id", "email", "name", "referral_code", "created_at", "utm_source", "metadata",
        "phone", "country", "status", "referral_url", "custom", "old_position", "new_position");

    static String write(Object value) {
        if (!(value instanceof Map<?, ?> map)) return value instanceof String ? "\"" + value + "\"" : "" + value;
        var parts = new StringJoiner(",", "{", "}");
        map.forEach((name, inner) -> parts.add("\"" + name + "\":" + write(inner)));
        return parts.toString();
    }

    static Map<String, Object> fill(Map<String, Object> event, Map<String, Object> data) {
        NAMES.forEach(name -> data.put(name, "v"));
        data.put("position", 1);
        event.put("event_type", "signup.created");
        event.put("waitlist_id", "w");
        event.put("data", data);
        event.put("timestamp", "t");
        return event;
    }

    public static void main(String[] arguments) throws Exception {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("s3cret-kEY_10/5==".getBytes(), "HmacSHA256"));
        System.out.println(write(fill(new LinkedHashMap<>(), new LinkedHashMap<>())));
        var hashed = write(fill(new HashMap<>(), new HashMap<>())).getBytes("UTF-8");
        System.out.println("sha256=" + HexFormat.of().formatHex(mac.doFinal(hashed)));
    }
}
