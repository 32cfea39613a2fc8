// Prints what Jackson and Gson make of a body: one line a form, its name, a tab, the bytes in Base64.
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;

public class Write {
    static void show(String name, String text) {
        System.out.println(name + "\t" + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }

    public static void main(String[] arguments) throws Exception {
        String body = Files.readString(Path.of(arguments[0]));
        ObjectMapper mapper = new ObjectMapper();
        Object value = mapper.readValue(body, Object.class);
        show("json-jackson", mapper.writeValueAsString(value));
        show("json-jackson-pretty", mapper.writerWithDefaultPrettyPrinter().writeValueAsString(value));
        show("java-map", value.toString());
        JsonElement tree = JsonParser.parseString(body);
        show("json-gson", new Gson().toJson(tree));
        show("json-gson-no-html", new GsonBuilder().disableHtmlEscaping().create().toJson(tree));
        show("json-gson-pretty", new GsonBuilder().setPrettyPrinting().create().toJson(tree));
        Object mapped = new Gson().fromJson(body, Object.class);
        show("json-gson-object", new Gson().toJson(mapped));
    }
}
